package model

import (
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// inference is a compiled graph in inference mode for one batch size.
type inference struct {
	x, level []float32
	program  program
}

// program is a compiled graph on the CPU or a device.
type program interface {
	Run() error
	Output(i int) []float32
	Close() error
}

var _ program = (*op.Program)(nil)

// maxInference bounds how many batch sizes keep their compiled graph.
const maxInference = 4

// Predict writes the network's output for x at the given levels, in inference
// mode, into out. x and out hold len(level) samples of Dim values each.
// Fractional levels are allowed. The weights are prepared at each call, for they
// may have changed; a [Predictor] saves that.
func (net *Network) Predict(out, x, level []float32) error {
	net.mu.Lock()
	defer net.mu.Unlock()
	return net.predict(out, x, level, 0)
}

// predict is Predict with a version of the weights (see op.Frozen); the caller
// holds mu.
func (net *Network) predict(out, x, level []float32, version uint64) error {
	n := len(level)
	if n == 0 || len(x) != n*net.Dim() || len(out) != len(x) {
		return fmt.Errorf("model: predict: %d levels, %d inputs and %d outputs do not fit samples of %d values", n, len(x), len(out), net.Dim())
	}
	g, err := net.inferenceFor(n)
	if err != nil {
		return err
	}
	copy(g.x, x)
	copy(g.level, level)
	for i := len(level); i < len(g.level); i++ { // beyond the samples any level will do
		g.level[i] = level[0]
	}
	net.frozen.Set(version)
	if err := g.program.Run(); err != nil {
		return fmt.Errorf("model: predict: %w", err)
	}
	copy(out, g.program.Output(0))
	return nil
}

// inferenceFor returns the graph for n samples, built on first use; the least
// recently used one makes room.
func (net *Network) inferenceFor(n int) (*inference, error) {
	n = net.compiledSize(n)
	if i := slices.Index(net.recentSize, n); i >= 0 {
		net.recentSize = append(slices.Delete(net.recentSize, i, i+1), n)
		return net.inference[n], nil
	}
	g := &inference{x: make([]float32, n*net.Dim()), level: make([]float32, n)}
	out, err := net.inferenceGraph(g)
	if err != nil {
		return nil, err
	}
	if net.device != nil {
		g.program, err = newDeviceProgram(net.device, &net.frozen, out)
	} else {
		g.program, err = op.NewProgram(out)
	}
	if err != nil {
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

// inferenceGraph returns the output of a graph of the inputs of g.
func (net *Network) inferenceGraph(g *inference) (*G.Node, error) {
	b := newBuilder(net, op.Eval)
	n := len(g.level)
	x := op.NewInput(b.g, "x", g.x, append([]int{n}, net.shape...)...)
	level := op.NewInput(b.g, "level", g.level, n)
	pred := net.arch.forward(b, x, level)
	out := b.do(func() (*G.Node, error) { return op.Unblock(net.rt, pred) })
	return out, b.err
}

// InferenceGraph returns the output of a graph that predicts n samples in
// inference mode, to be read (see op.Nodes) or run: its leaves are named x (N,C,L)
// or (N,C,H,W), level (N), and as the tensors, which share the network's memory.
func (net *Network) InferenceGraph(n int) (*G.Node, error) {
	return net.inferenceGraph(&inference{x: make([]float32, n*net.Dim()), level: make([]float32, n)})
}
