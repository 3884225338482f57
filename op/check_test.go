package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	G "gorgonia.org/gorgonia"
)

// array is an input of a graph under test.
type array struct {
	shape []int
	data  []float32
	fixed bool // no gradient is checked
}

func random(r *rand.Rand, shape ...int) array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	a := array{shape: shape, data: make([]float32, n)}
	for i := range a.data {
		a.data[i] = float32(r.NormFloat64())
	}
	return a
}

func (a array) constant() array { a.fixed = true; return a }

// reference computes the same function naively in float64.
type reference func(in [][]float64) []float64

// newRuntime returns a runtime that the test closes.
func newRuntime(t testing.TB, threads int) *Runtime {
	t.Helper()
	rt, err := NewRuntime(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	return rt
}

// check compares the value of a graph with a float64 reference, and the
// gradients of a weighted MSE of it with central differences of the reference.
// It runs for one and two threads, whose results must be bitwise equal.
func check(t *testing.T, in []array, build func(rt *Runtime, n G.Nodes) (*G.Node, error), ref reference) {
	t.Helper()
	f64 := make([][]float64, len(in))
	for i, a := range in {
		for _, v := range a.data {
			f64[i] = append(f64[i], float64(v))
		}
	}
	want := ref(f64)
	r := rand.New(rand.NewPCG(1, 2))
	target := make([]float32, len(want))
	for i := range target {
		target[i] = float32(r.NormFloat64())
	}
	var first [][]float32
	for _, threads := range []int{1, 2} {
		got, err := runGraph(t, in, build, target, threads)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = got
		}
		for i := range got {
			for k := range got[i] {
				if math.Float32bits(got[i][k]) != math.Float32bits(first[i][k]) {
					t.Fatalf("result %d differs between 1 and %d threads at %d: %v, %v", i, threads, k, first[i][k], got[i][k])
				}
			}
		}
	}
	compare(t, "value", first[0], want, 2e-5, 0)
	loss := func() float64 {
		sum := 0.0
		for i, y := range ref(f64) {
			d := y - float64(target[i])
			sum += d * d
		}
		return sum / float64(len(want))
	}
	// A gradient that is zero in exact arithmetic, as that of a bias before a
	// norm, is judged by the size of the others.
	floor := 0.0
	for i := range in {
		floor = max(floor, 1e-3*rms(first[i+1]))
	}
	for i, a := range in {
		if a.fixed {
			continue
		}
		// A sample of coordinates, the first and the last among them.
		var got []float32
		var fd []float64
		for n := 0; n < 24; n++ {
			k := r.IntN(len(a.data))
			switch n {
			case 0:
				k = 0
			case 1:
				k = len(a.data) - 1
			}
			const h = 1e-5
			x := f64[i][k]
			f64[i][k] = x + h
			up := loss()
			f64[i][k] = x - h
			down := loss()
			f64[i][k] = x
			got = append(got, first[i+1][k])
			fd = append(fd, (up-down)/(2*h))
		}
		compare(t, fmt.Sprintf("gradient of input %d", i), got, fd, 1e-4, floor)
	}
}

// runGraph returns the value of the graph and the gradient of each input that
// is not fixed (nil otherwise).
func runGraph(t *testing.T, in []array, build func(rt *Runtime, n G.Nodes) (*G.Node, error), target []float32, threads int) ([][]float32, error) {
	rt := newRuntime(t, threads)

	g := G.NewGraph()
	var nodes, wrt G.Nodes
	for i, a := range in {
		n := NewInput(g, fmt.Sprintf("in%d", i), a.data, a.shape...)
		nodes = append(nodes, n)
		if !a.fixed {
			wrt = append(wrt, n)
		}
	}
	y, err := build(rt, nodes)
	if err != nil {
		return nil, err
	}
	if y, err = Unblock(rt, y); err != nil {
		return nil, err
	}
	ones := make([]float32, y.Shape()[0])
	for i := range ones {
		ones[i] = 1
	}
	loss, err := NewLoss(rt, MSE, y, NewInput(g, "target", target, y.Shape()...), NewInput(g, "ones", ones, len(ones)))
	if err != nil {
		return nil, err
	}
	outs := G.Nodes{y, loss}
	if len(wrt) > 0 {
		grads, err := Grad(rt, loss, wrt...)
		if err != nil {
			return nil, err
		}
		outs = append(outs, grads...)
	}
	// Gradients of activations are outputs in whichever layout they have.
	for i := 2; i < len(outs); i++ {
		if outs[i], err = Unblock(rt, outs[i]); err != nil {
			return nil, err
		}
	}
	p, err := NewProgram(outs...)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	for range 2 { // the second run meets the buffers of the first
		if err := p.Run(); err != nil {
			return nil, err
		}
	}
	res := [][]float32{append([]float32(nil), p.Output(0)...)}
	k := 2
	for _, a := range in {
		if a.fixed {
			res = append(res, nil)
			continue
		}
		res = append(res, append([]float32(nil), p.Output(k)...))
		k++
	}
	return res, nil
}

// normOptions are those of a training graph.
func normOptions(kind NormKind, groups int, running *Running) NormOptions {
	o := NormOptions{Kind: kind}
	switch kind {
	case Batch:
		o.Running = running
	case Group:
		o.Groups = groups
	}
	return o
}

func rms[T float32 | float64](x []T) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(max(len(x), 1)))
}

// compare demands a root mean square error of at most tol times the root mean
// square of want, or of floor if that is larger, and no single error beyond
// 10·tol of it.
func compare(t *testing.T, what string, got []float32, want []float64, tol, floor float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d values, want %d", what, len(got), len(want))
	}
	diff := make([]float64, len(want))
	worst := 0
	for i := range want {
		diff[i] = math.Abs(float64(got[i]) - want[i])
		if !(diff[i] <= diff[worst]) {
			worst = i
		}
	}
	size := max(rms(want), floor)
	if e := rms(diff); !(e <= tol*size) || !(diff[worst] <= 10*tol*size) {
		t.Fatalf("%s: rms error %.3g, worst %.3g at %d (got %v, want %v), rms value %.3g", what, e, diff[worst], worst, got[worst], want[worst], size)
	}
}
