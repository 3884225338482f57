package configs

import (
	"fmt"
	"slices"
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
		"octal":          {"train: {steps: 030}", `train.steps: want an integer, got "030"; leading zeros`},
		"octal number":   {"train: {lr: 010}", `train.lr: want a number, got "010"; leading zeros`},
		"signed octal":   {"schedule: {snr_max_db: -010}", `leading zeros mean octal`},
		"not octal":      {"train: {steps: 089}", `leading zeros mean octal`},
		"octal in list":  {"model: {multipliers: [01]}", `model.multipliers[0]: want an integer, got "01"`},
		"sexagesimal":    {"train: {steps: 1:30}", `train.steps: want an integer, got "1:30"`},
		"quoted number":  {"train: {steps: '30'}", `train.steps: want an integer, got "30"`},
		"merge unknown":  {"train:\n  <<: {lrr: 1}", `f.yaml:2: unknown key "train.lrr"`},
		"merge a number": {"train:\n  <<: 3", `f.yaml:2: <<: want a section or a list of sections to merge, got "3"`},
		"merge itself":   {"train: &t\n  <<: *t\n  lr: 1e-3", `nested more than`},
		"merge bomb":     {mergeBomb(), `merge keys bring more than`},
		"long anchor":    {"seed: *" + strings.Repeat("a", 1000), `unknown anchor`},
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

// mergeBomb is a file of a kilobyte whose merge keys expand to 9^8 pairs.
func mergeBomb() string {
	items := []string{"&a0 {lr: 1e-3}"}
	for i := range 8 {
		items = append(items, fmt.Sprintf("&a%d {<<: [%s]}", i+1, strings.Join(slices.Repeat([]string{fmt.Sprintf("*a%d", i)}, 9), ", ")))
	}
	return "train:\n  <<: [" + strings.Join(items, ", ") + "]"
}

// Merge keys bring what a section does not say itself, the first of several first.
func TestMergeKeys(t *testing.T) {
	got, err := Parse("f.yaml", []byte(`
train:
  lr: 1e-3
  <<: [&b {steps: 30, batch: 16, lr: 5}, {batch: 4, clip: 2, <<: {warmup: 3, clip: 7}}]
eval: {<<: {samples: 20}, snr: 5}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Train.LR, want.Train.Steps, want.Train.Batch, want.Train.Clip, want.Train.Warmup = 1e-3, 30, 16, 2, 3
	want.Eval.Samples, want.Eval.SNR = 20, "5"
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("parsed (-want +got):\n%s", d)
	}
}

// Numbers mean one thing, however they are written.
func TestNumbers(t *testing.T) {
	for text, want := range map[string]int{"30": 30, "+30": 30, "1_000": 1000, "0x1e": 30, "0o36": 30, "0b11110": 30, "3e1": 30, "30.0": 30, "0": 0} {
		got, err := Parse("f.yaml", []byte("train: {steps: "+text+"}"))
		if err != nil || got.Train.Steps != want {
			t.Errorf("%s is %d (%v), want %d", text, got.Train.Steps, err, want)
		}
	}
	for text, want := range map[string]float64{"0.5": 0.5, ".5": 0.5, "-0.5": -0.5, "0e3": 0} {
		got, err := Parse("f.yaml", []byte("train: {lr: "+text+"}"))
		if err != nil || got.Train.LR != want {
			t.Errorf("%s is %v (%v), want %v", text, got.Train.LR, err, want)
		}
	}
	for text, want := range map[string]bool{"true": true, "yes": true, "On": true, "no": false, "off": false, "False": false} {
		got, err := Parse("f.yaml", []byte("data: {skip_bad: "+text+"}"))
		if err != nil || got.Data.SkipBad != want {
			t.Errorf("%s is %v (%v), want %v", text, got.Data.SkipBad, err, want)
		}
	}
	if got, err := Parse("f.yaml", []byte("name: 007")); err != nil || got.Name != "007" {
		t.Errorf("text of digits is %q (%v)", got.Name, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, p := range ListPresets() {
		f.Add([]byte(p.Text))
	}
	f.Add([]byte("train: &t {<<: [*t, {lr: 1}]}"))
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
