package configs

import (
	"cmp"
	"math"
)

// Config is everything a run depends on. Every field can be set in YAML and by
// --set key.path=value; keys not listed here are refused.
type Config struct {
	Name       string     `yaml:"name"`    // name of the run; part of the default output folder
	Seed       uint64     `yaml:"seed"`    // all random numbers derive from it
	Threads    int        `yaml:"threads"` // 0: as many as the machine has processors; never changes results
	Data       Data       `yaml:"data"`
	Schedule   Schedule   `yaml:"schedule"`
	Model      Model      `yaml:"model"`
	Objective  Objective  `yaml:"objective"`
	Init       Init       `yaml:"init"`
	Adapt      Adapt      `yaml:"adapt"`
	Train      Train      `yaml:"train"`
	Checkpoint Checkpoint `yaml:"checkpoint"`
	Eval       Eval       `yaml:"eval"`
}

// Data selects and shapes the data set.
type Data struct {
	Kind       string  `yaml:"kind"`         // mixture | mnist | fashion | cifar10 | npy | folder | audio
	Dir        string  `yaml:"dir"`          // folder or file of the data; "" means CONDMEAN_DATA or the user's cache folder
	Mixture    string  `yaml:"mixture"`      // mixture: its .npz (weights, means, covariances); "" draws the paper's random one
	Fit        string  `yaml:"fit"`          // mixture: fit it by EM to this data set instead: mnist | fashion | cifar10
	Covariance string  `yaml:"covariance"`   // mixture: of a fitted one: full | diag | ppca:q
	Dim        int     `yaml:"dim"`          // mixture: dimension N of a random one
	Components int     `yaml:"components"`   // mixture: components K of a random or fitted one
	Array      string  `yaml:"array"`        // npy: name of the array in an .npz with several
	Layout     string  `yaml:"layout"`       // npy: axes after the first: auto | l | cl | hw | chw | hwc
	Batches    []int   `yaml:"batches,flow"` // cifar10: training batches, of 1 to 5; [] means those that are there
	Size       int     `yaml:"size"`         // folder: images are resized and centre-cropped to this height and width; 0 keeps theirs
	Channels   int     `yaml:"channels"`     // folder: 1 grey, 3 RGB, 0 what is found
	Length     int     `yaml:"length"`       // audio: frequencies of a frame, which is of 2(length-1) samples
	Hop        int     `yaml:"hop"`          // audio: samples from frame to frame; 0 means half a frame
	SkipBad    bool    `yaml:"skip_bad"`     // folder, audio: leave out and count files that cannot be read
	Samples    Samples `yaml:"samples"`      // split sizes
	Normalize  string  `yaml:"normalize"`    // power (default) | dimension (each value by its own deviation, but at least by a tenth of power's scale) | minmax | none
	Noise      string  `yaml:"noise"`        // real (default): power one and ε of variance one a real value; complex: a complex value, so that ε has variance 1/2 a real one, as the paper's published code has it
	Augment    Augment `yaml:"augment"`      // random changes of training images
	Last       string  `yaml:"last"`         // rest of an epoch that fills no batch: drop | wrap (into the next epoch)
	Fresh      bool    `yaml:"fresh"`        // mixture: each epoch draws new training samples, instead of going over the same ones
	Workers    int     `yaml:"workers"`      // goroutines that read ahead; 0 means 2; never changes results
}

// Samples are the sizes of the three splits. 0 means the paper's 100,000,
// 10,000 and 10,000 for a mixture. For files it means their own splits: what
// has none gets a tenth of the training samples, at most 10,000, as validation
// or test split, and the train split is all the rest.
type Samples struct {
	Train int `yaml:"train"`
	Val   int `yaml:"val"`
	Test  int `yaml:"test"`
}

// Augment is how training images are changed, by the seed, epoch and index.
type Augment struct {
	Flip  bool `yaml:"flip"`  // mirror half of them left to right
	Shift int  `yaml:"shift"` // move by up to so many pixels along both axes; the border is repeated
}

// NoiseStd returns the standard deviation of one real value of ε, the noise of
// unit power: 1/√2 where the unit is that of a complex value.
func (d Data) NoiseStd() float64 {
	if d.Noise == NoiseComplex {
		return math.Sqrt2 / 2
	}
	return 1
}

// The conventions of noise, in Data.Noise.
const (
	NoiseReal    = "real"
	NoiseComplex = "complex"
)

// Sizes returns the split sizes with a mixture's defaults in place of zeros.
func (d Data) Sizes() Samples {
	s := d.Samples
	if d.Kind == "mixture" {
		s = Samples{cmp.Or(s.Train, 100_000), cmp.Or(s.Val, 10_000), cmp.Or(s.Test, 10_000)}
	}
	return s
}

// Schedule is the forward process.
type Schedule struct {
	Kind      string   `yaml:"kind"`       // linear | quadratic | sqrt | constant | reciprocal | log | exp | cosine | sigmoid
	Steps     int      `yaml:"steps"`      // T
	BetaStart float64  `yaml:"beta_start"` // b0; 0 means 1/10001 (40 dB)
	BetaEnd   float64  `yaml:"beta_end"`   // b1; 0 means the paper's value, or one that ends at -22.5 dB
	SNRMaxDB  *float64 `yaml:"snr_max_db"` // with snr_min_db: end SNRs instead of betas
	SNRMinDB  *float64 `yaml:"snr_min_db"`
}

// Objective is what the network learns.
type Objective struct {
	Target    string `yaml:"target"`    // epsilon | x0 | mean | v
	Loss      string `yaml:"loss"`      // mse | l1
	Weighting string `yaml:"weighting"` // none | paper | min-snr
}

// Train is the training loop.
type Train struct {
	Steps         int           `yaml:"steps"`          // training steps; 0 means epochs decides
	Epochs        int           `yaml:"epochs"`         // passes over the train split; used when steps is 0
	Batch         int           `yaml:"batch"`          // samples at a time
	Accumulate    int           `yaml:"accumulate"`     // batches whose gradients a step averages; 0 and 1 mean one
	LR            float64       `yaml:"lr"`             // learning rate
	Optimizer     string        `yaml:"optimizer"`      // adam | adamw | sgd
	Momentum      float64       `yaml:"momentum"`       // of sgd
	Beta2         float64       `yaml:"beta2"`          // of adam and adamw: decay of the averaged squares of gradients; 0 means 0.999
	WeightDecay   *float64      `yaml:"weight_decay"`   // null means 0.01 for adamw and 0 for the others
	Groups        []ParamGroup  `yaml:"groups"`         // parameters with settings of their own; the first that matches decides
	EMA           float64       `yaml:"ema"`            // decay of the averaged weights; 0 turns it off
	Clip          float64       `yaml:"clip"`           // global gradient norm limit; 0 turns it off
	Schedule      string        `yaml:"schedule"`       // learning rate over the steps: constant | cosine | step | exponential
	Warmup        int           `yaml:"warmup"`         // steps of linear warm-up
	Decay         float64       `yaml:"decay"`          // factor of each drop of step, default 0.1, or of exponential over the whole run, default 0.01; 0 means the default
	Drops         int           `yaml:"drops"`          // drops of step, spread evenly; 0 means 2
	ValEvery      int           `yaml:"val_every"`      // steps between validations; 0 means once an epoch
	LogEvery      int           `yaml:"log_every"`      // steps between metrics lines
	EarlyStopping EarlyStopping `yaml:"early_stopping"` // of runs of a number of epochs
	OnNonFinite   string        `yaml:"on_nonfinite"`   // a loss or gradient that is not finite: stop | skip (the batch) | rollback (to the last checkpoint)
	MaxNonFinite  int           `yaml:"max_nonfinite"`  // steps skipped in a row, or rollbacks of a run, before it stops after all
}

// ParamGroup gives the parameters whose names match some settings of their own.
type ParamGroup struct {
	Match       string   `yaml:"match"`        // regular expression that finds something in the name, such as bias$
	LR          *float64 `yaml:"lr"`           // factor of the learning rate; 0 freezes, null means 1
	WeightDecay *float64 `yaml:"weight_decay"` // null means that of train.weight_decay
}

// EarlyStopping ends a run whose validation loss has not improved for some
// epochs. The default is the paper's.
type EarlyStopping struct {
	After    int `yaml:"after"`    // epochs that are always trained
	Patience int `yaml:"patience"` // epochs without a better loss; 0 turns it off
}

// Checkpoint is when to save.
type Checkpoint struct {
	EverySteps   int     `yaml:"every_steps"`     // 0 turns this trigger off
	EveryMinutes float64 `yaml:"every_minutes"`   // 0 turns this trigger off
	Keep         int     `yaml:"keep"`            // newest checkpoints that stay, beside the best and milestones; 0 keeps all
	Milestones   []int   `yaml:"milestones,flow"` // steps whose checkpoints are written and always stay
}

// Eval is the sweep that ends a run.
type Eval struct {
	SNR       string   `yaml:"snr"`            // dB, start:step:stop or a list a,b,c
	Methods   []string `yaml:"methods,flow"`   // mean | oneshot | ddim | resample | average:M
	Baselines []string `yaml:"baselines,flow"` // ls | wiener | lmmse | cme | gmm:K | nlm | tv | wavelet
	Samples   int      `yaml:"samples"`        // test samples; 0 means all
	Match     string   `yaml:"match"`          // db | linear | exact
	Start     string   `yaml:"start"`          // paper | code
}
