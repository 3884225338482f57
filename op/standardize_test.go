package op

import (
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestStandardize has variances above and below ε, which is added or the least.
func TestStandardize(t *testing.T) {
	r := rand.New(rand.NewPCG(105, 106))
	for _, a := range []StandardizeAttributes{{1e-5, false}, {0.7, false}, {1e-5, true}, {1, true}} {
		for _, s := range [][]int{{5, 3, 3, 3}, {1, 7}, {20, 4, 1, 1}} {
			check(t, []array{random(r, s...)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewStandardize(rt, nil, n[0], a) },
				func(v [][]float64) []float64 {
					y, n := make([]float64, len(v[0])), len(v[0])/s[0]
					for o := range s[0] {
						row := v[0][o*n:][:n]
						mean, square := 0.0, 0.0
						for _, w := range row {
							mean += w / float64(n)
							square += w * w / float64(n)
						}
						d := square - mean*mean + a.Eps
						if a.Floor {
							d = max(d-a.Eps, a.Eps)
						}
						for i, w := range row {
							y[o*n+i] = (w - mean) / math.Sqrt(d)
						}
					}
					return y
				})
		}
	}
	for _, a := range []StandardizeAttributes{{}, {Eps: -1}, {Eps: math.NaN()}, {Eps: math.Inf(1)}} {
		if _, err := runGraph(t, []array{random(r, 3, 2)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewStandardize(rt, nil, n[0], a)
		}, nil, 1); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}

// Weights that are said not to have changed are not standardised again.
func TestStandardizeFrozen(t *testing.T) {
	rt, g := newRuntime(t, 1), G.NewGraph()
	w, frozen := []float32{1, 3}, &Frozen{}
	y, err := NewStandardize(rt, frozen, NewInput(g, "w", w, 1, 2), StandardizeAttributes{Eps: 3})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProgram(y)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i, c := range []struct {
		version uint64
		second  float32
		want    float32
	}{{1, 3, 0.5}, {1, 9, 0.5}, {2, 7, 3 / float32(math.Sqrt(12))}, {0, 3, 0.5}} {
		frozen.Set(c.version)
		w[1] = c.second
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if got := p.Output(0)[1]; math.Abs(float64(got-c.want)) > 1e-6 {
			t.Errorf("run %d: %v, want %v", i, got, c.want)
		}
	}
}
