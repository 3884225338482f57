package configs

// Default returns the settings that a file or preset overrides: the paper's
// UNet and schedule (T = 300) on its random N = 64, K = 128 mixture.
func Default() Config {
	return Config{
		Name: "run",
		Seed: 1,
		Data: Data{
			Kind:       "mixture",
			Dim:        64,
			Components: 128,
			Covariance: "full",
			Layout:     "auto",
			Batches:    []int{},
			Length:     256,
			Normalize:  "power",
			Noise:      NoiseReal,
			Last:       "drop",
		},
		Schedule:  Schedule{Kind: "linear", Steps: 300},
		Model:     defaultModel(),
		Objective: Objective{Target: "epsilon", Loss: "mse", Weighting: "none"},
		Init:      Init{Preset: []string{}, Weights: "ema", Shapes: []string{}, EMA: "restart", Fit: 3},
		Adapt:     Adapt{Freeze: []string{}, LoRA: LoRA{Scale: 8, Targets: "weight$"}},
		Train: Train{
			Epochs:        100,
			Batch:         128,
			Accumulate:    1,
			LR:            1e-4,
			Optimizer:     "adam",
			Momentum:      0.9,
			Beta2:         0.999,
			Groups:        []ParamGroup{},
			EMA:           0.999,
			Clip:          1,
			Schedule:      "constant",
			LogEvery:      50,
			EarlyStopping: EarlyStopping{After: 50, Patience: 20},
			OnNonFinite:   "stop",
			MaxNonFinite:  10,
		},
		Checkpoint: Checkpoint{EveryMinutes: 10, Keep: 3, Milestones: []int{}},
		Eval: Eval{
			SNR:       "-20:5:40",
			Methods:   []string{"mean", "oneshot", "resample"},
			Baselines: []string{"ls", "lmmse", "cme"},
			Samples:   10_000,
			Match:     "db",
			Start:     "paper",
		},
	}
}
