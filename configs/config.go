package configs

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
	Train      Train      `yaml:"train"`
	Checkpoint Checkpoint `yaml:"checkpoint"`
	Eval       Eval       `yaml:"eval"`
}

// Data selects and shapes the data set.
type Data struct {
	Kind       string  `yaml:"kind"`       // mixture
	Dir        string  `yaml:"dir"`        // folder or file of the data; "" means the user's cache folder
	Mixture    string  `yaml:"mixture"`    // .npz of a mixture (weights, means, covariances); "" draws the paper's random one
	Dim        int     `yaml:"dim"`        // dimension N of a random mixture
	Components int     `yaml:"components"` // components K of a random mixture
	Samples    Samples `yaml:"samples"`    // split sizes
	Normalize  string  `yaml:"normalize"`  // power (default) | dimension | minmax | none
}

// Samples are the sizes of the three splits.
type Samples struct {
	Train int `yaml:"train"`
	Val   int `yaml:"val"`
	Test  int `yaml:"test"`
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

// Model is the network.
type Model struct {
	Kind        string  `yaml:"kind"`             // unet
	Channels    int     `yaml:"channels"`         // C of the first convolution
	Multipliers []int   `yaml:"multipliers,flow"` // channels of each level, in units of C
	Blocks      int     `yaml:"blocks"`           // residual blocks a level on the way down (one more on the way up)
	Norm        string  `yaml:"norm"`             // batch | group | instance
	Dropout     float64 `yaml:"dropout"`          // channel dropout in the second half of each residual block
}

// Objective is what the network learns.
type Objective struct {
	Target    string `yaml:"target"`    // epsilon | x0 | mean | v
	Loss      string `yaml:"loss"`      // mse | l1
	Weighting string `yaml:"weighting"` // none | paper | min-snr
}

// Train is the training loop.
type Train struct {
	Steps     int     `yaml:"steps"`     // training steps; 0 means epochs decides
	Epochs    int     `yaml:"epochs"`    // passes over the train split; used when steps is 0
	Batch     int     `yaml:"batch"`     // samples a step
	LR        float64 `yaml:"lr"`        // learning rate
	Optimizer string  `yaml:"optimizer"` // adam | adamw | sgd (momentum 0.9)
	EMA       float64 `yaml:"ema"`       // decay of the averaged weights; 0 turns it off
	Clip      float64 `yaml:"clip"`      // global gradient norm limit; 0 turns it off
	Schedule  string  `yaml:"schedule"`  // learning rate over the steps: constant | cosine | step | exponential
	Warmup    int     `yaml:"warmup"`    // steps of linear warm-up
	ValEvery  int     `yaml:"val_every"` // steps between validations; 0 means once an epoch
	LogEvery  int     `yaml:"log_every"` // steps between metrics lines
}

// Checkpoint is when to save.
type Checkpoint struct {
	EverySteps   int     `yaml:"every_steps"`   // 0 turns this trigger off
	EveryMinutes float64 `yaml:"every_minutes"` // 0 turns this trigger off
	Keep         int     `yaml:"keep"`          // newest checkpoints that stay, beside the best; 0 keeps all
}

// Eval is the sweep that ends a run.
type Eval struct {
	SNR       string   `yaml:"snr"`            // dB, start:step:stop or a list a,b,c
	Methods   []string `yaml:"methods,flow"`   // mean | oneshot | ddim | resample | average:M
	Baselines []string `yaml:"baselines,flow"` // ls | wiener | lmmse | cme
	Samples   int      `yaml:"samples"`        // test samples; 0 means all
	Match     string   `yaml:"match"`          // db | linear | exact
	Start     string   `yaml:"start"`          // paper | code
}
