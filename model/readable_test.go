package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// opGraph adds operations to a graph of leaves with random values.
type opGraph struct {
	t  *testing.T
	rt *op.Runtime
	g  *G.ExprGraph
	n  int
}

func (b *opGraph) leaf(shape ...int) *G.Node {
	b.n++
	data := make([]float32, len(zeros(shape...).v))
	r := rand.New(rand.NewPCG(1, uint64(b.n)))
	for i := range data {
		data[i] = 0.5 * float32(r.NormFloat64()) // so that no softmax is decided
	}
	return op.NewInput(b.g, fmt.Sprint("leaf", b.n), data, shape...)
}

func (b *opGraph) must(n *G.Node, err error) *G.Node {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// TestReadableOperations recomputes a graph of the operations that no network of
// TestReadableGraph has, its loss and the gradients of all its weights.
func TestReadableOperations(t *testing.T) {
	b := &opGraph{t: t, rt: newRuntime(t, 2), g: G.NewGraph()}
	rt, random := b.rt, &op.Randomness{Seed: 3, Step: 5}
	const samples, c, e = 2, 6, 10
	level := op.NewInput(b.g, "level", []float32{2, 3}, samples)
	noise := op.NewInput(b.g, "noise", []float32{0.3, 4}, samples)
	var weights G.Nodes
	weight := func(shape ...int) *G.Node {
		weights = append(weights, b.leaf(shape...))
		return weights[len(weights)-1]
	}
	linear := func(x *G.Node, in, out int) *G.Node {
		return b.must(op.NewLinear(rt, x, weight(out, in), weight(out), op.LinearOptions{}))
	}
	moments := func(x *G.Node) *G.Node { return b.must(op.Moments(rt, x)) }
	norm := func(x, film *G.Node, o op.NormOptions) *G.Node {
		o.Kind, o.Groups = op.Group, 3
		return b.must(op.NewNorm(rt, x, moments(x), film, weight(c), weight(c), o))
	}
	conv := func(in op.Input, out int, o op.ConvOptions) *G.Node {
		return b.must(op.NewConv(rt, in, weight(out, c, 3, 3), weight(out), o))
	}
	emb := b.must(op.Add(rt, linear(b.must(op.NewSinusoids(rt, level, op.EmbeddingOptions{Dim: 7, CosFirst: true, Factor: 0.5})), 7, e),
		linear(b.must(op.NewFourierEmbedding(rt, noise, b.leaf(2))), 4, e)))
	emb = b.must(op.Add(rt, emb, b.must(op.NewLookup(rt, weight(5, e), level))))

	x := b.must(op.NewRescale(rt, b.leaf(samples, c, 5, 6), 2, -1))
	x = b.must(op.NewSubsample2(rt, conv(op.Input{X: x}, c, op.ConvOptions{}), 1))
	h := conv(op.Input{X: x, Affine: norm(x, nil, op.NormOptions{Eps: 1e-2})}, c, op.ConvOptions{})
	in := op.Input{X: h, Affine: norm(h, linear(emb, e, c), op.NormOptions{})}
	h = b.must(op.NewDropout(rt, b.must(op.NewActivate(rt, in)), 0.2, 1, random))
	h = conv(op.Input{X: h}, c, op.ConvOptions{Residual: x})
	z := op.Input{X: h, Affine: norm(h, linear(emb, e, 2*c), op.NormOptions{After: true}), Linear: true}
	w := b.must(op.NewStack(rt, nil, weight(10, c), weight(10, c), weight(10, c)))
	bias := b.must(op.NewStack(rt, nil, weight(10), weight(10), weight(10)))
	o := b.must(op.NewAttention(rt, b.must(op.NewConv(rt, z, w, bias, op.ConvOptions{})), op.AttentionOptions{Heads: 2, Memory: weight(2, 2, 3, 5)}))
	h = b.must(op.NewConv(rt, op.Input{X: o}, weight(c, 10), weight(c), op.ConvOptions{Residual: h}))
	y := b.must(op.NewQuotient(rt, b.must(op.NewRescale(rt, h, 1/math.Sqrt2, 0)), noise))

	compareReading(t, b, y, weights)
}

// onDevice, if not nil, holds a graph that runs on another device to what reading it
// gives.
var onDevice func(t *testing.T, outputs G.Nodes, want []array)

// compareReading compares the loss of y and its gradients with what reading the
// graph gives, by differences along the gradients as well.
func compareReading(t *testing.T, b *opGraph, y *G.Node, weights G.Nodes) {
	t.Helper()
	loss := b.must(op.NewLoss(b.rt, op.MSE, y, b.leaf([]int(y.Shape())...), b.leaf(y.Shape()[0])))
	grads, err := op.Grad(b.rt, loss, weights...)
	if err != nil {
		t.Fatal(err)
	}
	outputs := append(G.Nodes{loss}, grads...)
	p, err := op.NewProgram(outputs...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	want, err := interpret(nil, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	largest, squares := 0.0, 0.0
	for _, g := range want[1:] {
		s := 0.0
		for _, v := range g.v {
			s += v * v
		}
		largest, squares = max(largest, math.Sqrt(s/float64(len(g.v)))), squares+s
	}
	worst, moved := 0.0, map[string][]float64{}
	for i := range outputs {
		sum, diff, got := 0.0, 0.0, p.Output(i)
		for k, v := range want[i].v {
			sum += v * v
			diff += (v - float64(got[k])) * (v - float64(got[k]))
		}
		n := float64(len(want[i].v))
		e := math.Sqrt(diff/n) / max(math.Sqrt(sum/n), largest/10)
		worst = max(worst, e)
		if !(e < 1e-5) {
			t.Errorf("%v: error %.2g of its size", outputs[i], e)
		}
		if i > 0 {
			moved[weights[i-1].Name()] = want[i].v
		}
	}
	if onDevice != nil {
		onDevice(t, outputs, want)
	}
	along := func(h float64) float64 {
		leaves := map[string][]float64{}
		for _, w := range weights {
			a := leaf(w)
			for k, d := range moved[w.Name()] {
				a.v[k] += h * d
			}
			leaves[w.Name()] = a.v
		}
		y, err := interpret(leaves, loss)
		if err != nil {
			t.Fatal(err)
		}
		return y[0].v[0]
	}
	h := 1e-5 / math.Sqrt(squares)
	slope := (along(h) - along(-h)) / (2 * h)
	t.Logf("%d nodes; to %.2g; slope along the gradient to %.2g", len(op.Nodes(outputs...)), worst, math.Abs(slope/squares-1))
	if !(math.Abs(slope/squares-1) < 1e-6) {
		t.Errorf("slope %v along a gradient of squared norm %v", slope, squares)
	}
}

// TestReadablePixelOperations does the same with those of networks that normalise
// pixels.
func TestReadablePixelOperations(t *testing.T) {
	b := &opGraph{t: t, rt: newRuntime(t, 2), g: G.NewGraph()}
	rt := b.rt
	const samples, c, e, heads, width = 2, 6, 5, 2, 4
	var weights G.Nodes
	weight := func(shape ...int) *G.Node {
		weights = append(weights, b.leaf(shape...))
		return weights[len(weights)-1]
	}
	conv := func(in op.Input, o op.ConvOptions, shape ...int) *G.Node {
		return b.must(op.NewConv(rt, in, weight(shape...), weight(shape[0]), o))
	}
	emb := b.must(op.NewGELU(rt, b.must(op.NewLinear(rt, b.leaf(samples, 3), weight(e, 3), weight(e), op.LinearOptions{}))))
	film := b.must(op.NewModulation(rt, b.must(op.NewLinear(rt, emb, weight(2*c, e), weight(2*c), op.LinearOptions{}))))
	x := b.must(op.NewPatches(rt, b.leaf(samples, 2, 6, 4), op.PatchAttributes{Size: 7, Stride: 1, Padding: 3}))
	x = conv(op.Input{X: x}, op.ConvOptions{}, c, 2, 7, 7)
	h := b.must(op.NewPixelNorm(rt, x, weight(1, c, 1, 1), op.PixelNormAttributes{RMS: true, Eps: 1e-12}))
	h = conv(op.Input{X: h, Affine: film}, op.ConvOptions{}, c, c, 3, 3)
	h = b.must(op.Add(rt, b.must(op.NewSiLU(rt, h)), x))
	z := b.must(op.NewPixelNorm(rt, h, weight(c), op.PixelNormAttributes{Eps: 1e-5}))
	o := b.must(op.NewLinearAttention(rt, conv(op.Input{X: z}, op.ConvOptions{}, 3*heads*width, c, 1, 1),
		op.AttentionOptions{Heads: heads, Memory: weight(2, heads, width, 3)}))
	h = conv(op.Input{X: o}, op.ConvOptions{Residual: h}, c, heads*width, 1, 1)
	h = b.must(op.NewPatches(rt, h, op.PatchAttributes{Size: 2, Stride: 2}))
	y := conv(op.Input{X: h}, op.ConvOptions{}, 3, 4*c, 1, 1)
	compareReading(t, b, y, weights)
}
