package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
)

// stack builds a few blocks with skips, the shapes of a small UNet.
func stack(rt *Runtime, n G.Nodes) (*G.Node, error) {
	x, w1, b1, w2, b2, gamma, beta := n[0], n[1], n[2], n[3], n[4], n[5], n[6]
	h, err := NewConv(rt, Input{X: x}, w1, b1, ConvOptions{})
	if err != nil {
		return nil, err
	}
	for range 3 {
		m, err := Moments(rt, h)
		if err != nil {
			return nil, err
		}
		a, err := NewNorm(rt, h, m, nil, gamma, beta, NormOptions{Kind: Instance})
		if err != nil {
			return nil, err
		}
		if h, err = NewConv(rt, Input{X: h, Affine: a}, w2, b2, ConvOptions{Residual: h}); err != nil {
			return nil, err
		}
	}
	down, err := NewAvgPool2(rt, h)
	if err != nil {
		return nil, err
	}
	up, err := NewUpsample2(rt, down)
	if err != nil {
		return nil, err
	}
	return NewConcat(rt, up, h)
}

func stackInputs(r *rand.Rand) []array {
	return []array{random(r, 2, 3, 4, 4), random(r, 8, 3, 3, 3), random(r, 8), random(r, 8, 8, 3, 3), random(r, 8), random(r, 8), random(r, 8)}
}

func TestStackGradients(t *testing.T) {
	in := stackInputs(rand.New(rand.NewPCG(13, 14)))
	check(t, in, stack, func(v [][]float64) []float64 {
		d := dims{2, 3, 4, 4}
		h := refConv(v[0], v[1], v[2], d, 8, 3, 3, false)
		d.c = 8
		for range 3 {
			y := refConv(refNormSiLU(h, nil, v[5], v[6], d, Instance, 0), v[3], v[4], d, 8, 3, 3, false)
			for i := range y {
				y[i] += h[i]
			}
			h = y
		}
		low := d
		low.h, low.w = 2, 2
		return refConcat(refResize(refResize(h, d, false, false), low, true, false), h, 2)
	})
}

// TestPlan demands that buffers are shared, and that sharing changes nothing:
// a graph whose every output is kept alive gives the same bits.
func TestPlan(t *testing.T) {
	in := stackInputs(rand.New(rand.NewPCG(15, 16)))
	run := func(keep bool) (y []float32, planned, unplanned int) {
		rt := newRuntime(t, 1)
		defer rt.Close()
		g := G.NewGraph()
		var nodes G.Nodes
		for i, a := range in {
			nodes = append(nodes, NewInput(g, fmt.Sprint("in", i), a.data, a.shape...))
		}
		out, err := stack(rt, nodes)
		if err != nil {
			t.Fatal(err)
		}
		if out, err = Unblock(rt, out); err != nil {
			t.Fatal(err)
		}
		outs := G.Nodes{out}
		if keep {
			for _, n := range topological(out) {
				if n.Op() != nil && n != out {
					outs = append(outs, n)
				}
			}
		}
		p, err := NewProgram(outs...)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		return append([]float32(nil), p.Output(0)...), p.Planned, p.Unplanned
	}
	shared, planned, unplanned := run(false)
	kept, all, _ := run(true)
	if planned*2 > unplanned || all != unplanned {
		t.Errorf("planned %d of %d bytes; with all outputs kept %d", planned, unplanned, all)
	}
	for i := range kept {
		if math.Float32bits(kept[i]) != math.Float32bits(shared[i]) {
			t.Fatalf("value %d: %v with shared buffers, %v without", i, shared[i], kept[i])
		}
	}
}

// TestPanicBecomesError takes memory away from an operation: the run fails with
// the operation's name and the process lives.
func TestPanicBecomesError(t *testing.T) {
	rt := newRuntime(t, 2)
	g := G.NewGraph()
	r := rand.New(rand.NewPCG(17, 18))
	var n G.Nodes
	for i, a := range []array{random(r, 2, 3, 4, 4), random(r, 3), random(r, 3)} {
		n = append(n, NewInput(g, fmt.Sprint("in", i), a.data, a.shape...))
	}
	m, err := Moments(rt, n[0])
	if err != nil {
		t.Fatal(err)
	}
	running := &Running{Mean: make([]float32, 3), Var: make([]float32, 3)}
	y, err := NewNorm(rt, n[0], m, nil, n[1], n[2], NormOptions{Running: running})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProgram(y)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	running.Mean = nil
	if err := p.Run(); err == nil || !strings.Contains(err.Error(), "norm#") {
		t.Fatalf("error %v does not name the norm", err)
	}
	running.Mean = make([]float32, 3)
	if err := p.Run(); err != nil {
		t.Fatalf("the program does not run again: %v", err)
	}
}

func TestBadShapes(t *testing.T) {
	rt := newRuntime(t, 1)

	g := G.NewGraph()
	leaf := func(name string, shape ...int) *G.Node {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return NewInput(g, name, make([]float32, n), shape...)
	}
	x, w, b := leaf("x", 2, 3, 4, 4), leaf("w", 8, 3, 3, 3), leaf("b", 8)
	must := func(n *G.Node, err error) *G.Node {
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	affineLeaf := leaf("c", 3)
	moments := must(Moments(rt, x))
	affine := must(NewNorm(rt, x, moments, nil, leaf("gamma", 3), leaf("beta", 3), NormOptions{Kind: Instance}))
	keys := &Randomness{}
	dropout := must(NewDropoutMask(rt, x, 0.5, 1, keys))
	mask4 := must(NewDropoutMask(rt, leaf("four", 2, 4, 4), 0.5, 2, &Randomness{}))
	norm := func(o NormOptions) func() (*G.Node, error) {
		return func() (*G.Node, error) { return NewNorm(rt, x, moments, nil, affineLeaf, affineLeaf, o) }
	}
	for name, f := range map[string]func() (*G.Node, error){
		"weight":   func() (*G.Node, error) { return NewConv(rt, Input{X: x}, leaf("w4", 8, 4, 3, 3), b, ConvOptions{}) },
		"bias":     func() (*G.Node, error) { return NewConv(rt, Input{X: x}, w, leaf("b7", 7), ConvOptions{}) },
		"kernel":   func() (*G.Node, error) { return NewConv(rt, Input{X: x}, leaf("w2", 8, 3, 2, 2), b, ConvOptions{}) },
		"residual": func() (*G.Node, error) { return NewConv(rt, Input{X: x}, w, b, ConvOptions{Residual: x}) },
		"rank":     func() (*G.Node, error) { return NewConv(rt, Input{X: leaf("v", 2, 3)}, w, b, ConvOptions{}) },
		"groups": func() (*G.Node, error) {
			return NewNorm(rt, x, x, nil, leaf("g", 3), leaf("h", 3), NormOptions{Kind: Group, Groups: 2})
		},
		"groups of an instance norm":     norm(NormOptions{Kind: Instance, Groups: 3}),
		"statistics of an instance norm": norm(NormOptions{Kind: Instance, Running: &Running{Mean: make([]float32, 3), Var: make([]float32, 3)}}),
		"kind of norm":                   norm(NormOptions{Kind: 3}),
		"moments": func() (*G.Node, error) {
			return NewNorm(rt, x, leaf("m", 2, 2, 3), nil, leaf("g3", 3), leaf("h3", 3), NormOptions{Kind: Instance})
		},
		"mask alone": func() (*G.Node, error) { return NewConv(rt, Input{X: x, Mask: dropout}, w, b, ConvOptions{}) },
		"mask of an array": func() (*G.Node, error) {
			return NewConv(rt, Input{X: x, Affine: affine, Mask: leaf("k", 2, 3)}, w, b, ConvOptions{})
		},
		"mask of others": func() (*G.Node, error) {
			return NewConv(rt, Input{X: x, Affine: affine, Mask: mask4}, w, b, ConvOptions{})
		},
		"affine of an array": func() (*G.Node, error) { return NewActivate(rt, Input{X: x, Affine: leaf("a", 2, 2, 3)}) },
		"affine of others":   func() (*G.Node, error) { return NewActivate(rt, Input{X: leaf("x4", 2, 4, 4, 4), Affine: affine}) },
		"padding":            func() (*G.Node, error) { return NewConv(rt, Input{X: x}, w, b, ConvOptions{Padding: 2}) },
		"dropout layer":      func() (*G.Node, error) { return NewDropoutMask(rt, x, 0.5, 1, keys) },
		"unblock":            func() (*G.Node, error) { return Unblock(rt, affine) },
		"relu":               func() (*G.Node, error) { return NewReLU(rt, dropout) },
		"linear of a mask": func() (*G.Node, error) {
			return NewLinear(rt, dropout, leaf("l3", 4, 3), leaf("l4", 4), LinearOptions{})
		},
		"add a mask": func() (*G.Node, error) { return Add(rt, dropout, leaf("d", 2, 3)) },
		"loss kind":  func() (*G.Node, error) { return NewLoss(rt, 2, x, leaf("x2", 2, 3, 4, 4), leaf("two", 2)) },
		"loss target": func() (*G.Node, error) {
			y, err := toBlocked(rt, x)
			if err != nil {
				return nil, err
			}
			return NewLoss(rt, MSE, x, y, leaf("two2", 2))
		},
		"embed rank": func() (*G.Node, error) { return NewTimeEmbedding(rt, leaf("t2", 2, 1), 4) },
		"concat":     func() (*G.Node, error) { return NewConcat(rt, x, leaf("y", 2, 3, 4, 5)) },
		"pool":       func() (*G.Node, error) { return NewAvgPool2(rt, leaf("z", 2, 3, 1, 4)) },
		"add":        func() (*G.Node, error) { return Add(rt, x, w) },
		"dropout":    func() (*G.Node, error) { return NewDropoutMask(rt, x, 1, 0, &Randomness{}) },
		"embed":      func() (*G.Node, error) { return NewTimeEmbedding(rt, leaf("t", 2), 3) },
		"loss":       func() (*G.Node, error) { return NewLoss(rt, MSE, x, w, b) },
		"linear": func() (*G.Node, error) {
			return NewLinear(rt, leaf("u", 2, 3), leaf("lw", 4, 5), leaf("lb", 4), LinearOptions{})
		},
		"linear shape": func() (*G.Node, error) {
			return NewLinear(rt, leaf("u1", 2, 3), leaf("lw1", 4, 3), leaf("lb1", 4), LinearOptions{Shape: []int{2, 3}})
		},
		"linear residual": func() (*G.Node, error) {
			return NewLinear(rt, leaf("u2", 2, 3), leaf("lw2", 4, 3), leaf("lb2", 4), LinearOptions{Residual: leaf("lr2", 2, 3)})
		},
		"linear silu and residual": func() (*G.Node, error) {
			return NewLinear(rt, leaf("u3", 2, 3), leaf("lw3", 4, 3), leaf("lb3", 4), LinearOptions{SiLU: true, Residual: leaf("lr3", 2, 4)})
		},
		"layer norm":      func() (*G.Node, error) { return NewLayerNorm(rt, leaf("n1", 2, 3), leaf("n2", 2, 3)) },
		"layer norm rank": func() (*G.Node, error) { return NewLayerNorm(rt, x, leaf("n3", 2, 6)) },
		"swiglu":          func() (*G.Node, error) { return NewSwiGLU(rt, leaf("s1", 2, 3)) },
		"softmax gate":    func() (*G.Node, error) { return NewSoftmaxGate(rt, leaf("g1", 2, 3), leaf("g2", 1, 3), 1) },
		"interpolate":     func() (*G.Node, error) { return NewInterpolate(rt, leaf("i1", 2, 3), leaf("i2", 2)) },
		"experts": func() (*G.Node, error) {
			return newExpertsOf(rt, G.Nodes{leaf("e1", 2, 3), leaf("e2", 2), leaf("e3", 4, 2, 3), leaf("e4", 4, 3), leaf("e5", 4, 2), leaf("e6", 4), leaf("e7", 5)})
		},
		"experts rank": func() (*G.Node, error) {
			return newExpertsOf(rt, G.Nodes{leaf("f1", 2, 3), leaf("f2", 2), leaf("f3", 4, 5, 3), leaf("f4", 4, 3), leaf("f5", 4, 5), leaf("f6", 4), leaf("f7", 4)})
		},
		"product": func() (*G.Node, error) { return NewProduct(rt, leaf("p1", 2, 3), leaf("p2", 3, 2)) },
	} {
		if _, err := f(); err == nil || !strings.HasPrefix(err.Error(), "op: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestDropoutMask checks values, rate and keying of the mask, and that a
// convolution multiplies by it in both directions.
func TestDropoutMask(t *testing.T) {
	rt := newRuntime(t, 1)

	g := G.NewGraph()
	const n, c, p = 64, 40, 0.25
	x := NewInput(g, "x", make([]float32, n*c*4), n, c, 4)
	random := &Randomness{Seed: 7}
	m, err := NewDropoutMask(rt, x, p, 1, random)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := NewProgram(m)
	if err != nil {
		t.Fatal(err)
	}
	defer prog.Close()
	draw := func(step uint64) []float32 {
		random.Step = step
		if err := prog.Run(); err != nil {
			t.Fatal(err)
		}
		return append([]float32(nil), prog.Output(0)...)
	}
	a, b, again := draw(1), draw(2), draw(1)
	kept, same := 0, 0
	for i := range a {
		if a[i] != again[i] {
			t.Fatal("the mask is not a function of the step")
		}
		if i%48 >= c {
			if a[i] != 0 {
				t.Fatal("a padded lane is set")
			}
			continue
		}
		if a[i] != 0 {
			if a[i] != float32(1/(1-p)) {
				t.Fatalf("factor %v", a[i])
			}
			kept++
		}
		if a[i] == b[i] {
			same++
		}
	}
	if f := float64(kept) / (n * c); math.Abs(f-(1-p)) > 4*math.Sqrt(p*(1-p)/(n*c)) {
		t.Errorf("kept %v of the channels, want %v", f, 1-p)
	}
	if same == n*c {
		t.Error("two steps draw the same mask")
	}
}

func TestMaskedConv(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	d := dims{3, 20, 4, 5}
	// The drawn factors, as the reference needs them.
	masks := func() []float64 {
		rt := newRuntime(t, 1)
		defer rt.Close()
		g := G.NewGraph()
		m, err := NewDropoutMask(rt, NewInput(g, "x", make([]float32, d.len()), d.n, d.c, d.h, d.w), .5, 3, &Randomness{Seed: 5, Step: 9})
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewProgram(m)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		var out []float64
		for n := range d.n {
			for c := range d.c {
				out = append(out, float64(p.Output(0)[n*32+c]))
			}
		}
		return out
	}()
	check(t, []array{random(r, 3, 20, 4, 5), random(r, 6, 20, 3, 3), random(r, 6), random(r, 20), random(r, 20)},
		func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			m, err := Moments(rt, n[0])
			if err != nil {
				return nil, err
			}
			a, err := NewNorm(rt, n[0], m, nil, n[3], n[4], NormOptions{Kind: Instance})
			if err != nil {
				return nil, err
			}
			mask, err := NewDropoutMask(rt, n[0], .5, 3, &Randomness{Seed: 5, Step: 9})
			if err != nil {
				return nil, err
			}
			return NewConv(rt, Input{X: n[0], Affine: a, Mask: mask}, n[1], n[2], ConvOptions{})
		}, func(v [][]float64) []float64 {
			x := refNormSiLU(v[0], nil, v[3], v[4], d, Instance, 0)
			for i := range x {
				x[i] *= masks[i/(d.h*d.w)]
			}
			return refConv(x, v[1], v[2], d, 6, 3, 3, false)
		})
}
