package lower_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/lower"
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

var update = flag.Bool("update", false, "rewrite golden files")

// graph adds operations to a graph of its own.
type graph struct {
	t  *testing.T
	rt *op.Runtime
	g  *G.ExprGraph
}

func newGraph(t *testing.T) *graph {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	return &graph{t, rt, G.NewGraph()}
}

func (g *graph) leaf(name string, shape ...int) *G.Node {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return op.NewInput(g.g, name, make([]float32, n), shape...)
}

func (g *graph) must(n *G.Node, err error) *G.Node {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
	return n
}

// convolution is a training graph of two convolutions with a batch norm and dropout
// between them.
func (g *graph) convolution() G.Nodes {
	rt := g.rt
	w1, b1, w2, b2 := g.leaf("w1", 2, 1, 3), g.leaf("b1", 2), g.leaf("w2", 1, 2, 3), g.leaf("b2", 1)
	gamma, beta := g.leaf("gamma", 2), g.leaf("beta", 2)
	h := g.must(op.NewConv(rt, op.Input{X: g.leaf("x", 3, 1, 4)}, w1, b1, op.ConvOptions{Padding: op.Replicate}))
	running := &op.Running{Mean: make([]float32, 2), Var: []float32{1, 1}, Momentum: 0.1}
	norm := g.must(op.NewNorm(rt, h, g.must(op.Moments(rt, h)), nil, gamma, beta, op.NormOptions{Kind: op.Batch, Running: running}))
	mask := g.must(op.NewDropoutMask(rt, h, 0.5, 1, &op.Randomness{Seed: 1}))
	y := g.must(op.NewConv(rt, op.Input{X: h, Affine: norm, Mask: mask}, w2, b2, op.ConvOptions{}))
	return g.training(y, w1, b1, gamma, beta, w2, b2)
}

// gate is a training graph of a gated layer on vectors.
func (g *graph) gate() G.Nodes {
	rt := g.rt
	w, b := g.leaf("w", 6, 2), g.leaf("b", 6)
	sharpness := g.must(op.NewSinusoids(rt, g.leaf("level", 2), op.EmbeddingOptions{Dim: 3}))
	h := g.must(op.NewSwiGLU(rt, g.must(op.NewLinear(rt, g.leaf("x", 2, 2), w, b, op.LinearOptions{SiLU: true}))))
	y := g.must(op.NewSoftmaxGate(rt, h, sharpness, 3))
	return g.training(y, w, b)
}

// experts is a training graph of the filters of a mixture.
func (g *graph) experts() G.Nodes {
	rho := g.must(op.NewInterpolate(g.rt, g.leaf("table", 3), g.leaf("level", 2)))
	p := op.ExpertInputs{Directions: g.leaf("u", 3, 2, 4), Means: g.leaf("m", 3, 4), Variances: g.leaf("a", 3, 2), Rest: g.leaf("b", 3), Weights: g.leaf("w", 3)}
	y := g.must(op.NewExperts(g.rt, g.leaf("x", 2, 1, 4), rho, p, nil))
	return g.training(y, p.Directions, p.Means, p.Variances, p.Rest, p.Weights)
}

func (g *graph) training(y *G.Node, wrt ...*G.Node) G.Nodes {
	loss := g.must(op.NewLoss(g.rt, op.MSE, y, g.leaf("target", y.Shape()...), g.leaf("weight", y.Shape()[0])))
	grads, err := op.Grad(g.rt, loss, wrt...)
	if err != nil {
		g.t.Fatal(err)
	}
	return append(G.Nodes{loss}, grads...)
}

// The modules of small graphs are those in files, whichever run makes them.
func TestModules(t *testing.T) {
	for name, build := range map[string]func(*graph) G.Nodes{"convolution": (*graph).convolution, "gate": (*graph).gate, "experts": (*graph).experts} {
		p, err := lower.NewProgram(hlo.Default, build(newGraph(t))...)
		if err != nil {
			t.Fatal(err)
		}
		again, err := lower.NewProgram(hlo.Default, build(newGraph(t))...)
		if err != nil || !bytes.Equal(p.Text, again.Text) {
			t.Errorf("%s: lowered again it differs, %v", name, err)
		}
		path := filepath.Join("testdata", name+".mlir")
		if *update {
			if err := os.WriteFile(path, p.Text, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(p.Text, want) {
			t.Errorf("%s: the module differs from the file; compare after -update\n%s", path, p.Text)
		}
	}
}

// What a program takes and gives beside leaves and outputs.
func TestProgramArguments(t *testing.T) {
	p, err := lower.NewProgram(hlo.Default, newGraph(t).convolution()...)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range p.Args {
		names = append(names, fmt.Sprint(a.Name, a.Shape))
	}
	want := "x[3 1 4] w1[2 1 3] b1[2] gamma[2] beta[2] running mean[2] running variance[2] mask[3 2] w2[1 2 3] b2[1] target[3 1 4] weight[3]"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("arguments %s, want %s", got, want)
	}
	if len(p.Moved) != 1 {
		t.Errorf("%d running statistics move, want 1", len(p.Moved))
	}
}

// foreign is an operation that nobody has heard of.
type foreign struct{ *op.SiLU }

func (foreign) Name() string { return "frobnicate" }

func TestUnknownOperation(t *testing.T) {
	g := newGraph(t)
	x := g.leaf("x", 2, 3)
	known := g.must(op.NewSiLU(g.rt, x))
	n, err := G.ApplyOp(foreign{known.Op().(*op.SiLU)}, g.leaf("y", 2, 3))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lower.NewProgram(hlo.Default, n); err == nil || !strings.Contains(err.Error(), "operation frobnicate") {
		t.Errorf("error %v, want one that names the operation", err)
	}
}

// A graph for a part of a batch is not one for a device that has it alone.
func TestShare(t *testing.T) {
	g := newGraph(t)
	loss := g.must(op.NewShareLoss(g.rt, op.MSE, op.Share{First: 1, Of: 4}, g.leaf("y", 2, 3), g.leaf("target", 2, 3), g.leaf("weight", 2)))
	if _, err := lower.NewProgram(hlo.Default, loss); err == nil || !strings.Contains(err.Error(), "share of a batch") {
		t.Errorf("error %v", err)
	}
}

// Factors are those of the streams that op.DropoutMask and op.Dropout name.
func TestDraw(t *testing.T) {
	g := newGraph(t)
	x := g.leaf("x", 2, 3, 4)
	random := &op.Randomness{Seed: 7, Step: 9}
	mask := g.must(op.NewDropoutMask(g.rt, x, 0.25, 5, random)).Op().(*op.DropoutMask)
	values := g.must(op.NewDropout(g.rt, x, 0.5, 6, random)).Op().(*op.Dropout)
	factor := func(s *rng.Stream, p float64) float32 {
		if s.Rand().Float64() < p {
			return 0
		}
		return float32(1 / (1 - p))
	}
	got := make([]float32, 6)
	lower.Draw(got, mask, 7, 9)
	s := rng.New(7, rng.Dropout, 9, 5)
	for i, v := range got {
		if want := factor(s, 0.25); v != want {
			t.Errorf("factor %d of the mask: %v, want %v", i, v, want)
		}
	}
	got = make([]float32, 24)
	lower.Draw(got, values, 7, 9)
	for i, v := range got {
		if i%12 == 0 {
			s = rng.New(7, rng.Dropout, 9, 6+uint64(i/12+1)<<32)
		}
		if want := factor(s, 0.5); v != want {
			t.Errorf("factor %d: %v, want %v", i, v, want)
		}
	}
}
