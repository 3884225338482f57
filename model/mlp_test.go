package model_test

import (
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// newMLP returns a gated network no layer of which is zero.
func newMLP(t *testing.T, c configs.MLP, shape ...int) *model.Network {
	t.Helper()
	net, err := model.New(newRuntime(t, 2), configs.Model{Kind: "mlp", MLP: c}, shape, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range net.Params() {
		if len(p.Shape) == 2 && slices.Max(p.Data) == 0 {
			randomize(p.Data)
		}
	}
	return net
}

// The numbers of parameters are those of the same modules in PyTorch (bench/mlp.py).
func TestMLPParameters(t *testing.T) {
	c := configs.Default().Model
	c.Kind = "mlp"
	for _, v := range []struct {
		slots, gated int
		shape        []int
		want         int
	}{{256, 0, []int{1, 64}, 2_297_280}, {256, 768, []int{1, 64}, 3_480_000}, {0, 0, []int{3, 32, 32}, 2_901_120}} {
		c.MLP.Slots, c.MLP.Gated = v.slots, v.gated
		net, err := model.New(newRuntime(t, 1), c, v.shape, 1)
		if err != nil {
			t.Fatal(err)
		}
		if net.NumParams() != v.want {
			t.Errorf("%v: %d parameters, want %d", v.shape, net.NumParams(), v.want)
		}
		// Before training it predicts nothing.
		out, x := make([]float32, 2*net.Dim()), make([]float32, 2*net.Dim())
		randomize(x)
		if err := net.Predict(out, x, []float32{3, 250.5}); err != nil {
			t.Fatal(err)
		}
		if slices.Max(out) != 0 || slices.Min(out) != 0 {
			t.Errorf("%v: the network predicts something before it is trained", v.shape)
		}
	}
}

// A prediction does not depend on the samples beside it, to the last bit, nor on
// the axes of a sample; levels may be fractional and matter.
func TestMLPPredict(t *testing.T) {
	c := configs.MLP{Width: 24, Hidden: 40, Blocks: 2, Slots: 10}
	net := newMLP(t, c, 1, 12)
	image := newMLP(t, c, 2, 3, 2)
	if err := image.Load(net.State()); err != nil {
		t.Fatal(err)
	}
	const n, d = 5, 12
	x, out, level := make([]float32, n*d), make([]float32, n*d), []float32{0, 3.25, 3.5, 99, 3.5}
	randomize(x)
	copy(x[4*d:], x[d:2*d]) // sample 4 is sample 1 at another level
	if err := net.Predict(out, x, level); err != nil {
		t.Fatal(err)
	}
	one := make([]float32, d)
	for i := range n {
		for _, net := range []*model.Network{net, image} {
			if err := net.Predict(one, x[i*d:][:d], level[i:i+1]); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(one, out[i*d:][:d]) {
				t.Errorf("sample %d of shape %v alone has another prediction", i, net.Shape())
			}
		}
	}
	diff := 0.0
	for k := range d {
		diff = max(diff, math.Abs(float64(out[d+k]-out[4*d+k])))
	}
	if diff == 0 {
		t.Error("a quarter of a level changes nothing")
	}
}
