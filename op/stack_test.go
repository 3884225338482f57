package op

import (
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestStack makes one convolution of the weights of three linear layers.
func TestStack(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	d := dims{2, 5, 3, 2}
	in := []array{random(r, d.n, d.c, d.h, d.w)}
	for range 3 {
		in = append(in, random(r, 4, d.c), random(r, 4))
	}
	check(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		w, err := NewStack(rt, nil, n[1], n[3], n[5])
		if err != nil {
			return nil, err
		}
		b, err := NewStack(rt, nil, n[2], n[4], n[6])
		if err != nil {
			return nil, err
		}
		return NewConv(rt, Input{X: n[0]}, w, b, ConvOptions{})
	}, func(v [][]float64) []float64 {
		var w, b []float64
		for i := 1; i < 7; i += 2 {
			w, b = append(w, v[i]...), append(b, v[i+1]...)
		}
		return refConv(v[0], w, b, d, 12, 1, 1, false)
	})
}

// TestStackFrozen: what is frozen is copied once, and again after it has changed.
func TestStackFrozen(t *testing.T) {
	rt := newRuntime(t, 1)
	g := G.NewGraph()
	a, b := []float32{1, 2}, []float32{3}
	frozen := &Frozen{}
	y, err := NewStack(rt, frozen, NewInput(g, "a", a, 2), NewInput(g, "b", b, 1))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProgram(y)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	for i, step := range []struct {
		version uint64
		first   float32 // of a
		want    float32
	}{{1, 1, 1}, {1, 7, 1}, {2, 8, 8}, {0, 9, 9}, {0, 10, 10}} {
		frozen.Set(step.version)
		a[0] = step.first
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if got := p.Output(0); got[0] != step.want || got[1] != 2 || got[2] != 3 {
			t.Errorf("run %d: %v, want %v first", i, got, step.want)
		}
	}
}

func TestStackRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	in := []array{random(r, 2, 3), random(r, 2, 4), random(r, 2)}
	for name, parts := range map[string][]int{"nothing": {}, "other widths": {0, 1}, "other ranks": {0, 2}} {
		if _, err := runGraph(t, in, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			var list G.Nodes
			for _, i := range parts {
				list = append(list, n[i])
			}
			return NewStack(rt, nil, list...)
		}, nil, 1); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
