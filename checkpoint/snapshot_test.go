package checkpoint

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/model"
)

// sample returns a snapshot with everything in it, different for every step.
func sample(step int) *Snapshot {
	r := rand.New(rand.NewPCG(uint64(step), 1))
	tensor := func(name string, shape ...int) model.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		t := model.Tensor{Name: name, Shape: shape, Data: make([]float32, n)}
		for i := range t.Data {
			t.Data[i] = math.Float32frombits(r.Uint32()) // all bit patterns, NaN payloads included
		}
		return t
	}
	return &Snapshot{
		Step:     step,
		Counters: map[string]int64{"epoch": int64(step / 7), "samples": 128 * int64(step)},
		Program:  "train test",
		Config:   "name: demo\nnote: \"quotes, ü and <tags>\"\n",
		Weights:  []model.Tensor{tensor("conv.weight", 4, 2, 3), tensor("conv.bias", 4), tensor("count")},
		EMA:      []model.Tensor{tensor("conv.weight", 4, 2, 3), tensor("conv.bias", 4), tensor("count")},
		Optimizer: []model.Tensor{
			tensor("exp_avg/conv.weight", 4, 2, 3), tensor("exp_avg_sq/conv.weight", 4, 2, 3), tensor("empty", 0, 3),
		},
		Norm: map[string][]float64{"mean": {1. / 3, math.Copysign(0, -1), math.Pi}, "scale": {math.SmallestNonzeroFloat64}},
		State: map[string]json.RawMessage{
			"rng":    json.RawMessage(`{"key":18446744073709551615}`),
			"cursor": json.RawMessage(`[3,"a<b"]`),
		},
	}
}

// sameBits compares float slices bit by bit, so that NaN equals itself and
// -0 differs from 0, and calls nil and empty equal.
var sameBits = cmp.Options{
	cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }),
	cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
	cmp.Transformer("shape", func(t model.Tensor) map[string]any {
		return map[string]any{"name": t.Name, "shape": append([]int{}, t.Shape...), "data": append([]float32{}, t.Data...)}
	}),
}

func TestRoundTripIsBitwise(t *testing.T) {
	shaped := sample(2000)
	shaped.Sample = []int{1, 28, 28}
	for name, s := range map[string]*Snapshot{
		"full":    sample(2000),
		"shaped":  shaped,
		"minimal": {Weights: []model.Tensor{{Name: "w", Shape: []int{1}, Data: []float32{1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run", "checkpoints", "step-2000")
			if err := Write(dir, s); err != nil {
				t.Fatal(err)
			}
			got, err := Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(s, got, sameBits); d != "" {
				t.Errorf("read differs from written (-want +got):\n%s", d)
			}
		})
	}
}

func TestEqualSnapshotsGiveEqualBytes(t *testing.T) {
	root := t.TempDir()
	a, b := filepath.Join(root, "a"), filepath.Join(root, "b")
	for _, dir := range []string{a, b} {
		if err := Write(dir, sample(7)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(a)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 6 {
		t.Errorf("%d files, want 6", len(files))
	}
	for _, f := range files {
		x, errX := os.ReadFile(filepath.Join(a, f.Name()))
		y, errY := os.ReadFile(filepath.Join(b, f.Name()))
		if errX != nil || errY != nil || !bytes.Equal(x, y) {
			t.Errorf("%s differs (%v, %v)", f.Name(), errX, errY)
		}
	}
}

func TestWriteRefusesNonsense(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Snapshot)
		want  string
	}{
		"no weights":     {func(s *Snapshot) { s.Weights = nil }, "no weights"},
		"negative step":  {func(s *Snapshot) { s.Step = -1 }, "negative"},
		"shape":          {func(s *Snapshot) { s.EMA[0].Shape = []int{5} }, "conv.weight: shape [5]"},
		"repeated name":  {func(s *Snapshot) { s.Weights[1].Name = "count" }, `"count"`},
		"climbing name":  {func(s *Snapshot) { s.Weights[1].Name = "../x" }, `"../x"`},
		"state not JSON": {func(s *Snapshot) { s.State["rng"] = json.RawMessage("{") }, `"rng"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := sample(3)
			c.spoil(s)
			parent := t.TempDir()
			err := Write(filepath.Join(parent, "step-3"), s)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if left, _ := os.ReadDir(parent); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
