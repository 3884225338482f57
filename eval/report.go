package eval

import "time"

// Row is the result of one method or baseline at one SNR.
type Row struct {
	SNR      float64  `json:"snr_db"`
	Method   string   `json:"method"`
	NMSE     float64  `json:"nmse"`
	NMSEdB   float64  `json:"nmse_db"`
	CI95dB   float64  `json:"ci95_db"`               // half width of the 95 % interval of NMSEdB
	GapdB    *float64 `json:"gap_db,omitempty"`      // to cme, on the same noise
	GapCI95  *float64 `json:"gap_ci95_db,omitempty"` // half width of its interval
	PSNR     *float64 `json:"psnr_db,omitempty"`     // of images: mean over the samples
	SSIM     *float64 `json:"ssim,omitempty"`        // of images: mean over the samples
	Calls    int      `json:"calls"`                 // predictor calls a sample
	Seconds  float64  `json:"seconds"`               // a sample
	Samples  int      `json:"samples"`
	Note     string   `json:"note,omitempty"`
	MMSE     *float64 `json:"mmse,omitempty"`      // with cme: mean of tr Cov(x|y) over the mean power
	Sigma    *float64 `json:"sigma_255,omitempty"` // under the convention kair: the noise level, in units of 1/255
	Baseline bool     `json:"baseline"`
}

// Report is the result of an evaluation.
type Report struct {
	Name       string     `json:"name"`
	Columns    []string   `json:"columns"` // methods and baselines, in order
	SNRs       []float64  `json:"snr_db"`
	Sigmas     []float64  `json:"sigma_255,omitempty"` // under the convention kair, of the SNRs
	Rows       []Row      `json:"rows"`                // by SNR, then by column
	Match      string     `json:"match"`
	Start      string     `json:"start"`
	Convention Convention `json:"convention"`
	Range      float64    `json:"data_range,omitempty"` // of images, for PSNR and SSIM
	Shrinkage  float64    `json:"lmmse_shrinkage,omitempty"`
	Steps      int        `json:"steps"` // T
	Seed       uint64     `json:"seed"`
	Samples    int        `json:"samples"`
	Shape      []int      `json:"shape"` // of one sample

	PerStep    []Curve         `json:"per_step,omitempty"`
	Mismatch   []MismatchPoint `json:"mismatch,omitempty"`
	FewerSteps []StepsPoint    `json:"sweep_steps,omitempty"`
	Blind      []BlindPoint    `json:"blind,omitempty"`
	Lipschitz  []LipschitzAt   `json:"lipschitz,omitempty"`

	Config     string    `json:"config,omitempty"`            // of the run, resolved
	Warning    string    `json:"warning,omitempty"`           // the data are not those of the training
	DataSeed   uint64    `json:"data_seed"`                   // of the run: it draws and splits the data
	Source     string    `json:"source,omitempty"`            // the checkpoint
	Checkpoint string    `json:"checkpoint_sha256,omitempty"` // of its manifest, which has the hashes of its files; or of the mixture's file
	Step       int       `json:"step,omitempty"`              // optimizer steps of the training
	Machine    Machine   `json:"machine"`
	Made       time.Time `json:"made"`

	examples []example
	image    *Image
}

// newReport returns the report of a request without results.
func (r *Request) newReport(list []estimator) *Report {
	rep := &Report{Name: r.Name, SNRs: r.SNRs, Sigmas: r.Sigmas, Match: string(r.Match), Start: string(r.Start), Convention: r.Convention,
		Steps: r.Schedule.T, Seed: r.Seed, Samples: r.samples(), Shape: r.Shape, Shrinkage: r.Train.Shrinkage, image: r.Image}
	if r.Image != nil {
		rep.Range = r.Image.Range
	}
	for _, e := range list {
		rep.Columns = append(rep.Columns, e.name())
	}
	return rep
}

// row returns that of column k at SNR i.
func (r *Report) row(i, k int) Row { return r.Rows[i*len(r.Columns)+k] }
