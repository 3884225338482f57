package report

import (
	"time"

	"github.com/condmean/condmean/eval/quality"
)

// Row is the result of one method or baseline at one SNR.
type Row struct {
	SNR       float64 `json:"snr_db"`
	Method    string  `json:"method"`
	NMSE      Float   `json:"nmse"`
	NMSEdB    Float   `json:"nmse_db"`
	CI95dB    Float   `json:"ci95_db"`               // half width of the 95 % interval of NMSEdB
	GapdB     *Float  `json:"gap_db,omitempty"`      // to cme, on the same noise
	GapCI95   *Float  `json:"gap_ci95_db,omitempty"` // half width of its interval
	PSNR      *Float  `json:"psnr_db,omitempty"`     // of images: mean over the samples
	SSIM      *Float  `json:"ssim,omitempty"`        // of images: mean over the samples
	Calls     int     `json:"calls"`                 // predictor calls a sample
	Seconds   float64 `json:"seconds"`               // a sample
	Samples   int     `json:"samples"`
	Note      string  `json:"note,omitempty"`
	MMSE      *Float  `json:"mmse,omitempty"`      // with cme: mean of tr Cov(x|y) over the mean power
	Sigma     *Float  `json:"sigma_255,omitempty"` // the noise level that was asked for, in units of 1/255
	SigmaData *Float  `json:"sigma,omitempty"`     // likewise, in the data's units
	Baseline  bool    `json:"baseline"`
}

// Example is what one column makes of the samples that a report shows.
type Example struct {
	SNR    float64   `json:"snr_db"`
	Method string    `json:"method"` // or clean, noisy
	X      []float32 `json:"x"`      // (shown, dim), normalised
	Errors []float64 `json:"errors"` // ‖x̂-x‖² of each
}

// Machine says what figures of time were taken on.
type Machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	Threads int    `json:"threads"` // used
	Kernels string `json:"kernels"` // of the network: instruction set
	System  string `json:"system"`
	Go      string `json:"go"`
	Device  string `json:"device,omitempty"` // that ran the network; "": the CPU
}

// Report is the result of an evaluation.
type Report struct {
	Name       string             `json:"name"`
	Columns    []string           `json:"columns"` // methods and baselines, in order
	SNRs       []float64          `json:"snr_db"`
	Ratio      string             `json:"snr_ratio,omitempty"` // what an SNR is the ratio of, in words
	Sigmas     []float64          `json:"sigma_255,omitempty"` // noise levels that were asked for, of the SNRs, in units of 1/255
	SigmasData []float64          `json:"sigma,omitempty"`     // likewise, in the data's units
	Clip       float64            `json:"clip,omitempty"`      // x̂0 is clamped to ± so much in each step; 0: it is not
	Unscaled   bool               `json:"unscaled,omitempty"`  // observations were fed as they are
	Rows       []Row              `json:"rows"`                // by SNR, then by column
	Match      string             `json:"match"`
	Start      string             `json:"start"`
	Convention quality.Convention `json:"convention"`
	Range      float64            `json:"data_range,omitempty"` // of images, for PSNR and SSIM
	Shrinkage  float64            `json:"lmmse_shrinkage,omitempty"`
	Steps      int                `json:"steps"` // T
	Seed       uint64             `json:"seed"`
	Samples    int                `json:"samples"`
	Shape      []int              `json:"shape"` // of one sample

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

	Examples []Example `json:"-"` // of the samples that the page shows
	Image    *Image    `json:"-"` // nil unless samples are images
}

// row returns that of column k at SNR i.
func (r *Report) row(i, k int) Row { return r.Rows[i*len(r.Columns)+k] }
