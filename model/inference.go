package model

import (
	"context"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// inference is a compiled graph in inference mode for one batch size.
type inference struct {
	x, level []float32
	program  *op.Program
}

// maxInference bounds how many batch sizes keep their compiled graph.
const maxInference = 4

// Predict writes the network's output for x at the given levels, in inference
// mode, into out. x and out hold len(level) samples of Dim values each.
// Fractional levels are allowed.
func (net *Network) Predict(out, x, level []float32) error {
	n := len(level)
	if n == 0 || len(x) != n*net.Dim() || len(out) != len(x) {
		return fmt.Errorf("model: predict: %d levels, %d inputs and %d outputs do not fit samples of %d values", n, len(x), len(out), net.Dim())
	}
	net.mu.Lock()
	defer net.mu.Unlock()
	g, err := net.inferenceFor(n)
	if err != nil {
		return err
	}
	copy(g.x, x)
	copy(g.level, level)
	if err := g.program.Run(); err != nil {
		return fmt.Errorf("model: predict: %w", err)
	}
	copy(out, g.program.Output(0))
	return nil
}

// Freeze declares that the weights do not change until Thaw, so that
// prediction need not prepare them again at each call.
func (net *Network) Freeze() { net.frozen.Set() }

// Thaw ends Freeze.
func (net *Network) Thaw() { net.frozen.Clear() }

// inferenceFor returns the graph for n samples, built on first use; the least
// recently used one makes room.
func (net *Network) inferenceFor(n int) (*inference, error) {
	if i := slices.Index(net.recentSize, n); i >= 0 {
		net.recentSize = append(slices.Delete(net.recentSize, i, i+1), n)
		return net.inference[n], nil
	}
	b := newBuilder(net, op.Eval)
	g := &inference{x: make([]float32, n*net.Dim()), level: make([]float32, n)}
	x := op.NewInput(b.g, "x", g.x, append([]int{n}, net.shape...)...)
	level := op.NewInput(b.g, "level", g.level, n)
	pred := net.arch.forward(b, x, level)
	out := b.do(func() (*G.Node, error) { return op.Unblock(net.rt, pred) })
	if b.err != nil {
		return nil, b.err
	}
	var err error
	if g.program, err = op.NewProgram(out); err != nil {
		return nil, err
	}
	if len(net.recentSize) == maxInference {
		old := net.recentSize[0]
		if err := net.inference[old].program.Close(); err != nil {
			return nil, err
		}
		delete(net.inference, old)
		net.recentSize = net.recentSize[1:]
	}
	net.inference[n] = g
	net.recentSize = append(net.recentSize, n)
	return g, nil
}

// Predictor is the network as the reverse chains see it: float64 batches of
// any size, cut into pieces of at most Batch samples.
type Predictor struct {
	net   *Network
	Batch int

	x, out, level []float32
}

// NewPredictor returns net as a sched.Predictor that runs batches of at most
// batch samples. net must predict ε; other targets are converted in package
// sched. The weights are frozen.
func NewPredictor(net *Network, batch int) *Predictor {
	net.Freeze()
	n := batch * net.Dim()
	return &Predictor{net: net, Batch: batch, x: make([]float32, n), out: make([]float32, n), level: make([]float32, batch)}
}

var _ sched.Predictor = (*Predictor)(nil)

// Dim returns the number of values of one sample.
func (p *Predictor) Dim() int { return p.net.Dim() }

// PredictNoise writes ε̂(x, at) into eps.
func (p *Predictor) PredictNoise(ctx context.Context, eps, x []float64, at sched.Level) error {
	d := p.net.Dim()
	if len(x)%d != 0 || len(eps) != len(x) {
		return fmt.Errorf("model: predict: %d inputs and %d outputs do not fit samples of %d values", len(x), len(eps), d)
	}
	fill(p.level, float32(at.Index))
	for len(x) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(p.Batch*d, len(x))
		for i, v := range x[:n] {
			p.x[i] = float32(v)
		}
		if err := p.net.Predict(p.out[:n], p.x[:n], p.level[:n/d]); err != nil {
			return err
		}
		for i, v := range p.out[:n] {
			eps[i] = float64(v)
		}
		x, eps = x[n:], eps[n:]
	}
	return nil
}
