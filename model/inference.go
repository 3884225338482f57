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
	if n == 0 || len(x) != n*u.Dim() || len(out) != len(x) {
		return fmt.Errorf("model: predict: %d levels, %d inputs and %d outputs do not fit samples of %d values", n, len(x), len(out), u.Dim())
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	g, err := u.inferenceFor(n)
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
func (net *Network) Freeze() { u.frozen.Set() }

// Thaw ends Freeze.
func (net *Network) Thaw() { u.frozen.Clear() }

// inferenceFor returns the graph for n samples, built on first use; the least
// recently used one makes room.
func (net *Network) inferenceFor(n int) (*inference, error) {
	if i := slices.Index(u.recentSize, n); i >= 0 {
		u.recentSize = append(slices.Delete(u.recentSize, i, i+1), n)
		return u.inference[n], nil
	}
	b := newBuilder(u, op.Eval)
	g := &inference{x: make([]float32, n*u.Dim()), level: make([]float32, n)}
	x := op.NewInput(b.g, "x", g.x, append([]int{n}, u.shape...)...)
	level := op.NewInput(b.g, "level", g.level, n)
	pred := u.forward(b, x, level)
	out := b.do(func() (*G.Node, error) { return op.Unblock(u.rt, pred) })
	if b.err != nil {
		return nil, b.err
	}
	var err error
	if g.program, err = op.NewProgram(out); err != nil {
		return nil, err
	}
	if len(u.recentSize) == maxInference {
		old := u.recentSize[0]
		if err := u.inference[old].program.Close(); err != nil {
			return nil, err
		}
		delete(u.inference, old)
		u.recentSize = u.recentSize[1:]
	}
	u.inference[n] = g
	u.recentSize = append(u.recentSize, n)
	return g, nil
}

// Predictor is the network as the reverse chains see it: float64 batches of
// any size, cut into pieces of at most Batch samples.
type Predictor struct {
	u     *Network
	Batch int

	x, out, level []float32
}

// NewPredictor returns u as a sched.Predictor that runs batches of at most
// batch samples. u must predict ε; other targets are converted in package
// sched. The weights are frozen.
func NewPredictor(net *Network, batch int) *Predictor {
	u.Freeze()
	n := batch * u.Dim()
	return &Predictor{u: u, Batch: batch, x: make([]float32, n), out: make([]float32, n), level: make([]float32, batch)}
}

var _ sched.Predictor = (*Predictor)(nil)

// Dim returns the number of values of one sample.
func (p *Predictor) Dim() int { return p.u.Dim() }

// PredictNoise writes ε̂(x, at) into eps.
func (p *Predictor) PredictNoise(ctx context.Context, eps, x []float64, at sched.Level) error {
	d := p.u.Dim()
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
		if err := p.u.Predict(p.out[:n], p.x[:n], p.level[:n/d]); err != nil {
			return err
		}
		for i, v := range p.out[:n] {
			eps[i] = float64(v)
		}
		x, eps = x[n:], eps[n:]
	}
	return nil
}
