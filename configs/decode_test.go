package configs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseOverridesDefaultsOnly(t *testing.T) {
	got, err := Parse("x.yaml", []byte(`
name: mine
seed: 18446744073709551615
schedule: {steps: 100, snr_max_db: 30, snr_min_db: -2.5e1}
model:
  multipliers: [1, 3]
train:
  lr: 2e-4
eval:
  snr: -10:5:20
  methods: []
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Name, want.Seed = "mine", 1<<64-1
	high, low := 30.0, -25.0
	want.Schedule.Steps, want.Schedule.SNRMaxDB, want.Schedule.SNRMinDB = 100, &high, &low
	want.Model.Multipliers = []int{1, 3}
	want.Train.LR = 2e-4
	want.Eval.SNR, want.Eval.Methods = "-10:5:20", []string{}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("parsed (-want +got):\n%s", d)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"typo":           {"train:\n  lrr: 1", `f.yaml:2: unknown key "train.lrr"; did you mean train.lr?`},
		"other section":  {"lr: 1", `f.yaml:1: unknown key "lr"; did you mean train.lr?`},
		"no such":        {"schedule:\n  wavelength: 1", `f.yaml:2: unknown key "schedule.wavelength"; allowed here: kind, steps, beta_start, beta_end, snr_max_db, snr_min_db`},
		"no section":     {"wavelength: 1", `unknown key "wavelength"; allowed here: name, seed, threads, data, `},
		"section":        {"train: 5", `f.yaml:1: train is a section: want ` + "`train:`" + ` followed by indented keys, got "5"`},
		"below a leaf":   {"seed: {a: 1}", `f.yaml:1: seed: want an integer from 0 up, got a section`},
		"negative seed":  {"seed: -1", `seed: want an integer from 0 up, got "-1"`},
		"fraction":       {"train: {batch: 1.5}", `train.batch: want an integer, got "1.5"`},
		"huge":           {"train: {batch: 1e300}", `train.batch: want an integer, got "1e300"`},
		"null":           {"train: {batch: }", `train.batch: want an integer, got nothing`},
		"text":           {"train: {lr: fast}", `train.lr: want a number, got "fast"`},
		"list item":      {"model: {multipliers: [1, two]}", `model.multipliers[1]: want an integer, got "two"`},
		"not a list":     {"model: {multipliers: 3}", `model.multipliers: want a list such as [a, b], got "3"`},
		"twice":          {"seed: 1\nseed: 2", `f.yaml:2: seed is set twice, first on line 1`},
		"empty":          {"# nothing\n", `f.yaml: the file is empty`},
		"scalar":         {"hello", `f.yaml:1: want ` + "`key: value`" + ` lines, got "hello"`},
		"documents":      {"seed: 1\n---\nseed: 2", `f.yaml: more than one YAML document`},
		"syntax":         {"seed: [", `f.yaml: line 1: did not find expected node content`},
		"merge key":      {"a: &a {lr: 1}\ntrain:\n  <<: *a", `f.yaml:3: unknown key "train.<<"`},
		"binary control": {"na\x00me: x", `f.yaml: control characters are not allowed`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f.yaml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v\nwant it to contain %s", err, tt.want)
			}
			if !IsUsage(err) {
				t.Errorf("%T is no UsageError", err)
			}
		})
	}
}

func TestParseListsEveryUnknownKey(t *testing.T) {
	_, err := Parse("f.yaml", []byte("sed: 1\ntrain:\n  lrr: 1\n  batch: 1e2\n  steps: x"))
	if err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("want three lines, got %v", err)
	}
}

func TestAliasesStayBounded(t *testing.T) {
	// Each level repeats the one above ten times: 10^9 nodes if expanded.
	text := "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c < 'k'; c++ {
		ref := "*" + string(c-1)
		text += string(c) + ": &" + string(c) + " [" + strings.Repeat(ref+",", 9) + ref + "]\n"
	}
	if _, err := Parse("f.yaml", []byte(text+"model: {multipliers: *j}")); err == nil {
		t.Error("nested lists were taken for numbers")
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range ListPresets() {
		f.Add([]byte(p.Text))
	}
	f.Add([]byte("a: &a [*a]\nmodel: {multipliers: *a}"))
	f.Add([]byte("train: {lr: .nan, batch: 0x10, clip: !!binary aGk=}"))
	f.Add([]byte("seed: !!float 1e400\nname: !!int ~"))
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, err := Parse("f.yaml", text)
		if err != nil {
			if !IsUsage(err) {
				t.Fatalf("%T is no UsageError", err)
			}
			return
		}
		if cfg.Validate() != nil {
			return
		}
		out, err := Marshal(cfg)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("again", out)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if d := Diff(cfg, again); len(d) > 0 {
			t.Fatalf("changed by a round trip: %v\n%s", d, out)
		}
	})
}
