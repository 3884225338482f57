package configs

import (
	"strings"
	"testing"
)

func TestValidateAdapting(t *testing.T) {
	for _, tt := range []struct{ set, want string }{
		{"init.weights=avg", `init.weights = "avg": want ema, raw`},
		{"init.partial=true", `init.from = "": the other settings of init say how weights are taken; name some`},
		{"init.from=w init.shapes=first,middle", `init.shapes = "middle": want first, last`},
		{"init.from=w init.ema=continue train.ema=0", `init.ema = "continue": train.ema = 0 keeps no average; want restart`},
		{"adapt.freeze=[a(]", `adapt.freeze[0] = "a(": want a regular expression for names of tensors, such as ^downs`},
		{"adapt.lora.rank=-1", `adapt.lora.rank = -1: want an integer from 0 to 8192`},
		{"adapt.lora.rank=4 adapt.lora.scale=0 adapt.lora.targets=(", `adapt.lora.targets = "(": want a regular expression for names of weights, such as weight$` + "\n" +
			`adapt.lora.scale = 0: want a number in (0,1e4]`},
		{"adapt.levels.kind=linear", `adapt.levels.steps = 0: want an integer from 2 to 100000`},
		{"adapt.levels.kind=linear adapt.levels.steps=100 objective.target=mean", `adapt.levels.kind = "linear": the posterior mean of objective.target depends on the schedule's steps, not on the SNR alone; want another target`},
		{"model.kind=cnn model.cnn.pre= model.cnn.post=0", `model.cnn.pre = []: want the channels after each convolution in front of the scale-shift, such as [32, 64]` + "\n" +
			`model.cnn.post[0] = 0: want an integer from 1 to 8192`},
		{"model.kind=cnn model.cnn.embedding=3", `model.cnn.embedding = 3: want an even number from 4 to 8192`},
		{"model.kind=cnn model.cnn.time_layers=4", `model.cnn.time_layers = 4: want an integer from 0 to 3`},
	} {
		cfg := Default()
		if err := Set(&cfg, strings.Fields(tt.set)...); err != nil {
			t.Errorf("%s: %v", tt.set, err)
			continue
		}
		if err := cfg.Validate(); err == nil || err.Error() != tt.want || !IsUsage(err) {
			t.Errorf("%s:\n got %v\nwant %s", tt.set, err, tt.want)
		}
	}
	good := Default()
	if err := Set(&good, "model.kind=cnn", "model.cnn.post=", "model.cnn.time_layers=0", "data.dim=63", "adapt.freeze=[^downs, bias$]", "adapt.lora.rank=4"); err != nil {
		t.Fatal(err)
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}

func TestCloneAdapting(t *testing.T) {
	a := Default()
	a.Adapt.Freeze, a.Init.Shapes, a.Model.CNN.Pre = []string{"x"}, []string{"first"}, []int{1}
	db := 40.0
	a.Adapt.Levels.SNRMaxDB = &db
	b := a.Clone()
	b.Adapt.Freeze[0], b.Init.Shapes[0], b.Model.CNN.Pre[0], *b.Adapt.Levels.SNRMaxDB = "y", "last", 2, 20
	if a.Adapt.Freeze[0] != "x" || a.Init.Shapes[0] != "first" || a.Model.CNN.Pre[0] != 1 || db != 40 {
		t.Error("a clone shares memory")
	}
}
