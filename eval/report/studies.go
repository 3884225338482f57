package report

// Curve tells how far a chain is from the clean samples at each of its steps.
// The observation comes first, scaled to power one; the estimate, last.
type Curve struct {
	SNR      float64   `json:"snr_db"`
	Method   string    `json:"method"`
	Level    []float64 `json:"level"`        // index of the level; -1 is clean
	LevelSNR []float64 `json:"level_snr_db"` // one fewer: the clean level has none
	State    []Float   `json:"state_nmse"`   // Σ‖x_t-x0‖²/Σ‖x0‖²
	Estimate []Float   `json:"x0_nmse"`      // the same of x̂0 = (x_t - √(1-ᾱ)·ε̂)/√ᾱ; at the clean level that of the result
}

// MismatchPoint is the result of a method that is told a wrong SNR.
type MismatchPoint struct {
	SNR     float64 `json:"snr_db"` // the true one
	Offset  float64 `json:"offset_db"`
	Method  string  `json:"method"`
	NMSEdB  Float   `json:"nmse_db"`
	LossdB  Float   `json:"loss_db"`   // to the same method that is told the true SNR
	LossCI  Float   `json:"loss_ci95"` // half width of its 95 % interval
	Clamped bool    `json:"clamped"`   // what is told lies outside of the schedule
}

// StepsPoint is the result of a chain with fewer steps.
type StepsPoint struct {
	SNR    float64 `json:"snr_db"`
	Method string  `json:"method"` // mean, ddim or resample
	Steps  int     `json:"steps"`  // asked for
	Calls  int     `json:"calls"`  // taken: no more than there are levels
	NMSEdB Float   `json:"nmse_db"`
	CI95dB Float   `json:"ci95_db"`
	LossdB Float   `json:"loss_db"` // to the chain over all levels
}

// BlindPoint tells how well an estimator finds the SNR of groups of samples that
// share it, and what its error costs.
type BlindPoint struct {
	SNR       float64 `json:"snr_db"`
	Estimator string  `json:"estimator"` // mad, patches or model
	Mean      Float   `json:"mean_db"`   // of the estimates
	Bias      Float   `json:"bias_db"`
	RMS       Float   `json:"rms_db"`  // of the error
	LossdB    Float   `json:"loss_db"` // of the first method told the estimates, to the same told the truth
	Groups    int     `json:"groups"`
	Group     int     `json:"group"` // samples of each
}

// LipschitzAt compares the step of the chain mean at a level, as a map, with the
// part of its Jacobian A·I + c·Cov(x0|x) that hyper-parameters alone decide.
type LipschitzAt struct {
	Level   int     `json:"level"`
	SNR     float64 `json:"snr_db"`
	A       float64 `json:"a"`
	Bound   float64 `json:"bound"`   // 1/√α, for log-concave priors
	Mean    Float   `json:"mean"`    // over samples, of a lower bound of the Jacobian's norm
	Max     Float   `json:"max"`     // over samples
	Product float64 `json:"product"` // A of all steps from this one to the end, but for the last, whose A is 0
}
