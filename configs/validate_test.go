package configs

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestDefaultAndPresetsAreValid(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Errorf("Default: %v", err)
	}
	for _, p := range ListPresets() {
		cfg, err := Load(p.Name)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		if slices.Contains([]string{"npy", "folder", "audio"}, cfg.Data.Kind) { // own data have no default place
			if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "by --data") {
				t.Errorf("%s without data: %v", p.Name, err)
			}
			cfg.Data.Dir = "own"
		}
		if err := cfg.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if strings.Contains(p.Text, "@") {
			t.Errorf("%s: a figure is missing", p.Name)
		}
		if cfg.Name != p.Name {
			t.Errorf("%s: its name is %q", p.Name, cfg.Name)
		}
		for _, head := range []string{"# Command:", "# Time:", "# Expected:"} {
			if !strings.Contains(p.Text, head) {
				t.Errorf("%s: the head comment lacks %q", p.Name, head)
			}
		}
	}
}

func TestValidateNamesKeyValueAndAllowed(t *testing.T) {
	tests := []struct {
		set  string // overrides separated by blanks
		want string // the whole message
	}{
		{"name=a/b", `name = "a/b": want 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit`},
		{"threads=-1", `threads = -1: want an integer from 0 to 1024`},
		{"data.kind=mixtur", `data.kind = "mixtur": want ` + strings.Join(Words("data.kind"), ", ") + `; did you mean mixture?`},
		{"data.normalize=none", `data.normalize = "none": a mixture is normalised by its own mean and power; want power`},
		{"data.noise=complex", `data.noise = "complex": data of kind mixture are real; complex is for arrays (npy) and recordings (audio)`},
		{"data.kind=npy", `data.dir = "": data of kind npy need their folder or file; name it here or by --data`},
		{"data.kind=cifar10 data.batches=1,6,1", `data.batches[1] = 6: want an integer from 1 to 5` + "\n" + `data.batches[2] = 1: listed twice`},
		{"data.kind=folder data.dir=d data.channels=2", `data.channels = 2: want 1 (grey), 3 (RGB) or 0 (what is found)`},
		{"data.augment.flip=true", `data.augment = "{Flip:true Shift:0}": only images can be augmented; data.kind is mixture`},
		{"data.fit=mnis", `data.fit = "mnis": want mnist, fashion, cifar10; did you mean mnist?`},
		{"data.covariance=ppca:0", `data.covariance = "ppca:0": want full, diag, or ppca:q with a rank q from 1 up`},
		{"data.kind=audio data.dir=d data.length=9 data.hop=17", `data.hop = 17: want an integer from 0 to 16`},
		{"model.kind=experts model.experts.count=0", `model.experts.count = 0: want an integer from 1 to 8192`},
		{"model.kind=experts model.experts.rank=0", `model.experts.rank = 0: want an integer from 1 to 8192`},
		{"model.kind=experts schedule.steps=50", `model.experts.levels = 300: want schedule.steps = 50`},
		{"model.kind=experts objective.target=x0", `objective.target = "x0": experts predict the noise; want epsilon`},
		{"model.kind=experts data.kind=npy data.dir=d data.noise=complex", `data.noise = "complex": experts take noise to have the schedule's power in each value; want real, or another model.kind`},
		{"init.fit=-1", `init.fit = -1: want an integer from 0 to 1000`},
		{"data.dim=0", `data.dim = 0: want an integer from 1 to 65536`},
		{"data.dim=60", `data.dim = 60: the 4 levels of model.multipliers halve the length 3 times; want a multiple of 8`},
		{"data.dim=65536", `data.components = 128: 128 covariances of 65536×65536 are more than 1073741824 values; use fewer components or a smaller data.dim` + "\n" +
			`data.samples.train = 100000: 100000 samples of 65536 values are more than 1073741824 values; use fewer`},
		{"schedule.kind=cubic", `schedule.kind = "cubic": want linear, quadratic, sqrt, constant, reciprocal, log, exp, cosine, sigmoid, custom`},
		{"schedule.beta_start=0.1 schedule.beta_end=0.01", `schedule.beta_end = 0.01: want at least schedule.beta_start = 0.1`},
		{"schedule.beta_end=1", `schedule.beta_end = 1: want a number in [0,1)`},
		{"schedule.steps=1", `schedule.steps = 1: want an integer from 2 to 100000`},
		{"schedule.kind=cosine schedule.beta_end=.1", `schedule.kind = "cosine": this family has no betas; set beta_start and beta_end to 0, or use snr_max_db and snr_min_db`},
		{"schedule.kind=constant schedule.snr_max_db=40 schedule.snr_min_db=0", `schedule.kind = "constant": one free parameter cannot meet two end SNRs; set beta_end instead`},
		{"schedule.snr_max_db=40", `schedule.snr_max_db, schedule.snr_min_db = "one of two": set both or none`},
		{"schedule.snr_max_db=-20 schedule.snr_min_db=40", `schedule.snr_min_db = 40: want less than schedule.snr_max_db = -20`},
		{"schedule.snr_max_db=40 schedule.snr_min_db=-20 schedule.beta_end=.1", `schedule.snr_max_db = 40: end SNRs and betas exclude each other; set beta_start and beta_end to 0`},
		{"model.channels=7", `model.channels = 7: want an even number from 4 to 8192`},
		{"model.multipliers=", `model.multipliers = []: want 1 to 10 levels, such as [1, 2, 4]`},
		{"model.multipliers=1,0", `model.multipliers[1] = 0: want an integer from 1 to 8192`},
		{"model.multipliers=1,1000", `model.multipliers[1] = 1000: 16000 channels at this level; want at most 8192`},
		{"model.norm=group model.channels=12 model.multipliers=2", `model.channels = 12: want a multiple of the 8 groups of model.norm = group`},
		{"model.dropout=1", `model.dropout = 1: want a number in [0,1)`},
		{"objective.target=v objective.weighting=paper", `objective.weighting = "paper": the paper's weights exist for the targets epsilon, x0 and mean`},
		{"train.epochs=0", `train.steps = 0: set train.steps or train.epochs`},
		{"train.batch=100001", `train.batch = 100001: want an integer from 1 to 65536` + "\n" + `train.batch = 100001: want at most data.samples.train = 100000`},
		{"train.lr=0", `train.lr = 0: want a number in (0,10]`},
		{"train.lr=.nan", `train.lr = NaN: want a number in (0,10]`},
		{"train.clip=.inf", `train.clip = +Inf: want a number in [0,1e9]`},
		{"train.optimizer=adm", `train.optimizer = "adm": want adam, adamw, sgd; did you mean adam?`},
		{"train.batch=100 train.accumulate=1001", `train.accumulate = 1001: a step would take more than all 1000 batches of the train split; want fewer`},
		{"train.accumulate=-1", `train.accumulate = -1: want an integer from 0 to 65536`},
		{"train.momentum=1", `train.momentum = 1: want a number in [0,1)`},
		{"train.weight_decay=-1", `train.weight_decay = -1: want a number in [0,10]`},
		{`train.groups=[{"match":bias,"lr":0},{"match":"(","weight_decay":11}]`, `train.groups[1].match = "(": want a regular expression for names of parameters, such as bias$` + "\n" +
			`train.groups[1].weight_decay = 11: want a number in [0,10]`},
		{"train.groups=[{\"lr\":-1}]", `train.groups[0].match = "": want a regular expression for names of parameters, such as bias$` + "\n" +
			`train.groups[0].lr = -1: want a number in [0,1000]`},
		{"train.early_stopping.patience=-1", `train.early_stopping.patience = -1: want an integer from 0 to 1048576`},
		{"train.on_nonfinite=skp", `train.on_nonfinite = "skp": want stop, skip, rollback; did you mean skip?`},
		{"train.max_nonfinite=-1", `train.max_nonfinite = -1: want an integer from 0 to 2147483647`},
		{"checkpoint.milestones=100,0", `checkpoint.milestones[1] = 0: want an integer from 1 to 2147483647`},
		{"checkpoint.keep=-1", `checkpoint.keep = -1: want an integer from 0 to 1048576`},
		{"eval.snr=1:2", `eval.snr = "1:2": want start:step:stop, a list a,b,c or one number`},
		{"eval.snr=0:0:5", `eval.snr = "0:0:5": step 0 never leads from 0 to 5`},
		{"eval.snr=500", `eval.snr = 500: want a number in [-100,200]`},
		{"eval.methods=average:0", `eval.methods = "average:0": want average:M with M from 1 to 1000`},
		{"eval.methods=average:M", `eval.methods = "average:M": want average:M with M from 1 to 1000`},
		{"eval.methods=average:03", `eval.methods = "average:03": want average:M with M from 1 to 1000`},
		{"eval.methods=meen", `eval.methods = "meen": want mean, oneshot, ddim, resample, average:M; did you mean mean?`},
		{"eval.methods=mean,mean", `eval.methods = "mean": listed twice`},
		{"eval.methods= eval.baselines=", `eval.methods = "[]": name at least one method or baseline`},
		{"data.samples.test=1", `data.samples.test = 1: want an integer from 2 to 134217728` + "\n" + `eval.samples = 10000: want at most data.samples.test = 1`},
		{"eval.samples=1", `eval.samples = 1: intervals need at least 2 samples; 0 means all`},
		{"eval.samples=10001", `eval.samples = 10001: want at most data.samples.test = 10000`},
	}
	for _, tt := range tests {
		cfg := Default()
		if err := Set(&cfg, strings.Fields(tt.set)...); err != nil {
			t.Errorf("%s: %v", tt.set, err)
			continue
		}
		err := cfg.Validate()
		if err == nil || err.Error() != tt.want || !IsUsage(err) {
			t.Errorf("%s:\n got %v\nwant %s", tt.set, err, tt.want)
		}
	}
}

func TestValidateSurvivesExtremes(t *testing.T) {
	for _, n := range []int{math.MinInt, -1, 0, 1, math.MaxInt} {
		cfg := Default()
		cfg.Threads, cfg.Data.Dim, cfg.Data.Components, cfg.Schedule.Steps = n, n, n, n
		cfg.Data.Samples = Samples{n, n, n}
		cfg.Model.Channels, cfg.Model.Blocks, cfg.Model.Multipliers = n, n, []int{n, n}
		cfg.Train.Batch, cfg.Train.Steps, cfg.Train.Epochs = n, n, n
		if err := cfg.Validate(); err == nil {
			t.Errorf("all sizes %d are valid", n)
		}
	}
}
