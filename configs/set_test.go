package configs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSet(t *testing.T) {
	cfg := Default()
	err := Set(&cfg,
		"train.lr=2e-4", "train.lr=3e-4", // the later one wins
		"model.multipliers=[1, 2]",
		"eval.methods=mean,average:4",
		"eval.baselines=",
		"schedule.snr_max_db=40", "schedule.snr_min_db=-25",
		"schedule.snr_min_db=null",
		"eval.snr=-10:5:20",
		"data.dir=a=b: c # d",
		" seed = 7",
	)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	high := 40.0
	want.Train.LR = 3e-4
	want.Model.Multipliers = []int{1, 2}
	want.Eval.Methods, want.Eval.Baselines = []string{"mean", "average:4"}, []string{}
	want.Schedule.SNRMaxDB = &high
	want.Eval.SNR, want.Data.Dir, want.Seed = "-10:5:20", "a=b: c # d", 7
	if d := cmp.Diff(want, cfg); d != "" {
		t.Errorf("after Set (-want +got):\n%s", d)
	}
}

func TestSetRefusesAndChangesNothing(t *testing.T) {
	tests := map[string]string{
		"train.lrr=1":                        `--set: unknown key "train.lrr"; did you mean train.lr?`,
		"stpes=1":                            `--set: unknown key "stpes"; did you mean schedule.steps or adapt.levels.steps or train.steps?`,
		"train.lr.x=1":                       `--set: unknown key "train.lr.x"; did you mean train.lr?`,
		"train=1":                            `--set: train is a section; set one of its keys`,
		"train.lr":                           `--set: "train.lr": want key=value, such as train.lr=2e-4`,
		"=1":                                 `--set: "=1": want key=value`,
		"train.batch=ten":                    `--set: train.batch: want an integer, got "ten"`,
		"train.batch=":                       `--set: train.batch: want an integer, got nothing`,
		"train.batch={a: 1}":                 `--set: train.batch: want an integer, got a section`,
		"model.multipliers=1,x":              `--set: model.multipliers[1]: want an integer, got "x"`,
		"train.groups=[{match: b, rate: 1}]": `--set: unknown key "train.groups[0].rate"; allowed here: match, lr, weight_decay`,
		"train.groups=bias":                  `--set: train.groups[0] is a section: want `,
		"model.multipliers=[1":               `--set: model.multipliers: cannot read the value "[1"`,
	}
	for override, want := range tests {
		cfg := Default()
		err := Set(&cfg, "seed=99", "model.multipliers=[7]", override)
		if err == nil || !strings.Contains(err.Error(), want) || !IsUsage(err) {
			t.Errorf("%s: error %v\nwant a UsageError with %s", override, err, want)
		}
		if d := Diff(Default(), cfg); len(d) > 0 {
			t.Errorf("%s: a failed Set changed %v", override, d)
		}
	}
}

func TestSetLeavesTheSourceOfACopyAlone(t *testing.T) {
	a := Default()
	b := a
	if err := Set(&b, "model.multipliers=[9]", "eval.methods=ddim"); err != nil {
		t.Fatal(err)
	}
	if d := Diff(a, Default()); len(d) > 0 {
		t.Errorf("changed with its copy: %v", d)
	}
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"train.lr=1", "model.multipliers=[1,2]", "schedule.snr_max_db=", "seed=0b1", "a.b.c=d", "eval.methods=&a [*a]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, override string) {
		cfg := Default()
		if err := Set(&cfg, override); err != nil {
			if !IsUsage(err) {
				t.Fatalf("%T is no UsageError", err)
			}
			return
		}
		if err := cfg.Validate(); err != nil && !IsUsage(err) {
			t.Fatalf("%T is no UsageError", err)
		}
	})
}
