package op

import (
	"fmt"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// BenchmarkOps times a forward and backward pass of each operation alone, as
// part of a graph, on an activation of 32 samples, 16 channels, 28×28 pixels;
// loss, layout changes and the buffer plan included.
func BenchmarkOps(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	x := random(r, 32, 16, 28, 28)
	gamma, beta, film := random(r, 16), random(r, 16), random(r, 32, 32)
	norm := func(rt *Runtime, n G.Nodes, kind NormKind, film *G.Node) (Input, error) {
		m, err := Moments(rt, n[0])
		if err != nil {
			return Input{}, err
		}
		running := &Running{Mean: make([]float32, 16), Var: make([]float32, 16), Momentum: 0.1}
		a, err := NewNorm(rt, n[0], m, film, n[1], n[2], normOptions(kind, 8, running))
		return Input{X: n[0], Affine: a}, err
	}
	activate := func(kind NormKind, withFilm bool) func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			var f *G.Node
			if withFilm {
				f = n[3]
			}
			in, err := norm(rt, n, kind, f)
			if err != nil {
				return nil, err
			}
			return NewActivate(rt, in)
		}
	}
	for _, c := range []struct {
		name  string
		in    []array
		build func(rt *Runtime, n G.Nodes) (*G.Node, error)
	}{
		{"conv3", []array{x, random(r, 16, 16, 3, 3), beta}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewConv(rt, Input{X: n[0]}, n[1], n[2], ConvOptions{})
		}},
		{"conv1", []array{x, random(r, 16, 16, 1, 1), beta}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewConv(rt, Input{X: n[0]}, n[1], n[2], ConvOptions{})
		}},
		{"norm-silu-conv", []array{x, gamma, beta, random(r, 16, 16, 3, 3), random(r, 16)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			in, err := norm(rt, n, Batch, nil)
			if err != nil {
				return nil, err
			}
			return NewConv(rt, in, n[3], n[4], ConvOptions{Residual: n[0]})
		}},
		{"batch-norm-silu", []array{x, gamma, beta}, activate(Batch, false)},
		{"group-norm-silu", []array{x, gamma, beta}, activate(Group, false)},
		{"instance-norm-silu", []array{x, gamma, beta}, activate(Instance, false)},
		{"scale-shift-norm-silu", []array{x, gamma, beta, film}, activate(Batch, true)},
		{"concat", []array{x, random(r, 32, 16, 28, 28)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewConcat(rt, n[0], n[1]) }},
		{"avgpool", []array{x}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewAvgPool2(rt, n[0]) }},
		{"upsample", []array{x}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewUpsample2(rt, n[0]) }},
		{"add", []array{x, random(r, 32, 16, 28, 28)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return Add(rt, n[0], n[1]) }},
		{"linear", []array{random(r, 128, 64), random(r, 128, 64), random(r, 128)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewLinear(rt, n[0], n[1], n[2], LinearOptions{}) }},
		{"linear-512x256x512", []array{random(r, 512, 256), random(r, 512, 256), random(r, 512)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewLinear(rt, n[0], n[1], n[2], LinearOptions{})
		}},
		{"layernorm", []array{random(r, 512, 256), random(r, 512, 512)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewLayerNorm(rt, n[0], n[1]) }},
		{"swiglu", []array{random(r, 512, 1024)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSwiGLU(rt, n[0]) }},
		{"softmaxgate", []array{random(r, 512, 256), random(r, 512, 256)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSoftmaxGate(rt, n[0], n[1], 16) }},
		{"experts", expertArrays(r, 512, 16, 32, 256), newExpertsOf},
		{"product", []array{random(r, 512, 256), random(r, 512, 256)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewProduct(rt, n[0], n[1]) }},
		{"silu", []array{random(r, 128, 64)}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSiLU(rt, n[0]) }},
		{"dropout", []array{x, gamma, beta}, func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			in, err := norm(rt, n, Instance, nil)
			if err != nil {
				return nil, err
			}
			if in.Mask, err = NewDropoutMask(rt, n[0], 0.1, 1, &Randomness{}); err != nil {
				return nil, err
			}
			return NewActivate(rt, in)
		}},
		{"loss", []array{random(r, 128, 784)}, func(_ *Runtime, n G.Nodes) (*G.Node, error) { return n[0], nil }},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchRuns(b, benchProgram(b, c.in, c.build))
		})
	}
}

// BenchmarkNorms times the norms of networks with attention, read by what follows
// them, forward and backward on 16 samples of 256 channels, 16×16 pixels.
func BenchmarkNorms(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	x, gamma, beta, shift, film := random(r, 16, 256, 16, 16), random(r, 256), random(r, 256), random(r, 16, 256), random(r, 16, 512)
	group := func(i int, after, linear bool) func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			m, err := Moments(rt, n[0])
			if err != nil {
				return nil, err
			}
			var f *G.Node
			if i > 0 {
				f = n[i]
			}
			a, err := NewNorm(rt, n[0], m, f, n[1], n[2], NormOptions{Kind: Group, Groups: 32, After: after})
			if err != nil {
				return nil, err
			}
			return NewActivate(rt, Input{X: n[0], Affine: a, Linear: linear})
		}
	}
	pixel := func(a PixelNormAttributes) func(rt *Runtime, n G.Nodes) (*G.Node, error) {
		return func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewPixelNorm(rt, n[0], n[1], a) }
	}
	for _, c := range []struct {
		name  string
		in    []array
		build func(rt *Runtime, n G.Nodes) (*G.Node, error)
	}{
		{"group-silu", []array{x, gamma, beta}, group(0, false, false)},
		{"group-linear", []array{x, gamma, beta}, group(0, false, true)},
		{"shift-group-silu", []array{x, gamma, beta, shift}, group(3, false, false)},
		{"group-scale-shift-silu", []array{x, gamma, beta, film}, group(3, true, false)},
		{"pixel-rms", []array{x, gamma}, pixel(PixelNormAttributes{RMS: true, Eps: 1e-12})},
		{"pixel-layer", []array{x, gamma}, pixel(PixelNormAttributes{Eps: 1e-5})},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchRuns(b, benchProgram(b, c.in, c.build))
		})
	}
}

// BenchmarkAttention times the core of attention layers of known networks, forward
// alone and with its gradient.
func BenchmarkAttention(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name                    string
		n, heads, width, height int
	}{
		{"ddpm-cifar10-16x16", 16, 1, 256, 16},
		{"ddpm-cifar10-16x16-one", 1, 1, 256, 16},
		{"ddpm-cifar10-4x4", 16, 1, 256, 4},
		{"butterflies-8x8", 16, 16, 8, 8},
		{"butterflies-8x8-one", 1, 16, 8, 8},
		{"google-256", 1, 1, 512, 16},
		{"guided-32x32", 1, 8, 64, 32},
	} {
		x := random(r, c.n, 3*c.heads*c.width, c.height, c.height)
		for _, training := range []bool{false, true} {
			name := c.name
			if training {
				name += "-training"
			}
			b.Run(name, func(b *testing.B) {
				rt := newRuntime(b, 2)
				g := G.NewGraph()
				in, err := toBlocked(rt, NewInput(g, "x", x.data, x.shape...))
				if err != nil {
					b.Fatal(err)
				}
				y, err := NewAttention(rt, in, AttentionOptions{Heads: c.heads})
				if err != nil {
					b.Fatal(err)
				}
				outs := G.Nodes{y}
				if training {
					grads, err := y.Op().(G.SDOp).SymDiff(G.Nodes{in}, y, y)
					if err != nil {
						b.Fatal(err)
					}
					outs = append(outs, grads...)
				}
				p, err := NewProgram(outs...)
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = p.Close() }()
				benchRuns(b, p)
				b.ReportMetric(float64(FLOP(outs...))*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

// benchProgram compiles loss and gradients of what build makes of the inputs.
func benchProgram(b *testing.B, in []array, build func(rt *Runtime, n G.Nodes) (*G.Node, error)) *Program {
	b.Helper()
	rt := newRuntime(b, 2)
	g := G.NewGraph()
	var nodes G.Nodes
	for i, a := range in {
		nodes = append(nodes, NewInput(g, fmt.Sprint("in", i), a.data, a.shape...))
	}
	y, err := build(rt, nodes)
	if err != nil {
		b.Fatal(err)
	}
	s := y.Shape()
	target := NewInput(g, "target", make([]float32, s.TotalSize()), s...)
	weight := NewInput(g, "weight", make([]float32, s[0]), s[0])
	loss, err := NewLoss(rt, MSE, y, target, weight)
	if err != nil {
		b.Fatal(err)
	}
	grads, err := Grad(rt, loss, nodes...)
	if err != nil {
		b.Fatal(err)
	}
	p, err := NewProgram(append(G.Nodes{loss}, grads...)...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Close(); err != nil {
			b.Error(err)
		}
	})
	return p
}

// benchRuns times runs of a program.
func benchRuns(b *testing.B, p *Program) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
