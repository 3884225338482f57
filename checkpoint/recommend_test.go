package checkpoint

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// TestRecommend: a recommendation is added to a checkpoint that is there, is all that
// changes in it, and goes with the weights wherever these are written with their
// settings.
func TestRecommend(t *testing.T) {
	c := configs.Default()
	c.Model = configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 8, Hidden: 8, Blocks: 1, Slots: 8}}
	sample := []int{1, 4}
	state, _, err := model.Declare(c.Model, sample)
	if err != nil {
		t.Fatal(err)
	}
	for i := range state {
		n := 1
		for _, d := range state[i].Shape {
			n *= d
		}
		state[i].Data = make([]float32, n)
	}
	text, err := configs.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "step-3")
	if err := Write(dir, &Snapshot{Step: 3, Config: string(text), Sample: sample, Weights: state}); err != nil {
		t.Fatal(err)
	}
	before, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := Recommendation{Method: "oneshot", Other: "mean", Gain: 0.25, SNR: "-10:5:20", Samples: 64}
	for range 2 {
		if err := Recommend(dir, want); err != nil {
			t.Fatal(err)
		}
	}
	after, err := Read(dir)
	if err != nil || after.Recommended == nil || *after.Recommended != want {
		t.Fatalf("%+v: %v", after, err)
	}
	if after.Recommended = nil; !reflect.DeepEqual(before, after) {
		t.Error("more than the recommendation changed")
	}
	im, err := Import(dir)
	if err != nil {
		t.Fatal(err)
	}
	for out, format := range map[string]Format{"x.safetensors": FormatSafetensors, "own": FormatOwn} {
		out = filepath.Join(t.TempDir(), out)
		if err := im.Export(out, format); err != nil {
			t.Fatal(err)
		}
		if got, err := Import(out); err != nil || got.Recommended == nil || *got.Recommended != want {
			t.Errorf("%s: %v", out, err)
		}
	}
	for _, method := range []string{"", "best", "oneshot\n"} {
		if err := Recommend(dir, Recommendation{Method: method, Other: "mean"}); err == nil {
			t.Errorf("method %q is recommended", method)
		}
	}
	for name, r := range map[string]Recommendation{
		"resample draws noise":     {Method: "resample", Other: "mean"},
		"average:1000 draws noise": {Method: "mean", Other: "average:1000"},
		"gain of 1e+300 dB":        {Method: "mean", Other: "oneshot", Gain: 1e300},
		"gain of NaN dB":           {Method: "mean", Other: "oneshot", Gain: math.NaN()},
		"on -5 samples":            {Method: "mean", Other: "oneshot", Samples: -5},
	} {
		if err := Recommend(dir, r); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
		m, err := ReadManifest(dir)
		if err != nil {
			t.Fatal(err)
		}
		if m.Recommended = &r; m.check() == nil {
			t.Errorf("a manifest that says so is taken: %q", name)
		}
	}
	manifest := filepath.Join(dir, manifestFile)
	b, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	m, err := decodeManifest(b)
	if err != nil {
		t.Fatal(err)
	}
	m.Recommended.Method = "\x1b[2J"
	if b, err = m.encode(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "recommended") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("a method that there is not: %v", err)
	}
}

// TestReason: what a recommendation says of itself.
func TestReason(t *testing.T) {
	for want, r := range map[string]Recommendation{
		"0.30 dB better than mean on 64 validation samples":           {Method: "oneshot", Other: "mean", Gain: 0.3, Samples: 64},
		"within 0.04 dB of mean on 64 validation samples, and faster": {Method: "oneshot", Other: "mean", Gain: -0.04, Samples: 64},
		"0.06 dB better than oneshot on 256 validation samples":       {Method: "mean", Other: "oneshot", Gain: 0.06, Samples: 256},
	} {
		if got := r.Reason(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
