package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Segment is a part of a forward pass, such as a residual block, whose inner values
// the backward pass computes again instead of finding them in memory (Chen et al.,
// "Training deep nets with sublinear memory cost", 2016). What other parts read, and
// all statistics, coefficients and masks, are kept: no running statistic moves twice,
// and no sum over the ranks of a group is taken twice. The same operations see the
// same inputs, so gradients are bitwise the same.
type Segment G.Nodes

// repeatable is an operation that may run twice in a step: its result is large, and a
// function of its inputs and of the step's random keys alone.
type repeatable interface {
	operation
	// repeat returns a further operation that computes the same. It may share scratch
	// memory with the first, but no buffer that a gradient reads.
	repeat() operation
}

// recompute stands for the values of the forward pass in the backward pass.
type recompute struct {
	inner map[*G.Node]bool    // nodes of segments that are not kept
	again map[*G.Node]*G.Node // their repetitions, as far as they are needed
}

// newRecompute looks at a forward pass, inputs before users, and its segments.
func newRecompute(order G.Nodes, segments []Segment) *recompute {
	r := &recompute{inner: map[*G.Node]bool{}, again: map[*G.Node]*G.Node{}}
	in := map[*G.Node]int{}
	for i, s := range segments {
		for _, n := range s {
			in[n] = i + 1
			_, r.inner[n] = n.Op().(repeatable)
		}
	}
	for _, n := range order {
		for _, k := range inputsOf(n) {
			if in[k] != in[n] {
				r.inner[k] = false
			}
		}
	}
	return r
}

// value returns the node that has the value of n in the backward pass. A repetition
// joins the graph, and runs, where it is first asked for.
func (r *recompute) value(n *G.Node) (*G.Node, error) {
	if !r.inner[n] {
		return n, nil
	}
	if r.again[n] == nil {
		in, err := r.inputs(n)
		if err != nil {
			return nil, err
		}
		m, err := apply(n.Op().(repeatable).repeat(), in...)
		if err != nil {
			return nil, fmt.Errorf("%v again: %w", n, err)
		}
		r.again[n] = m
	}
	return r.again[n], nil
}

// inputs returns the nodes that have the values of the inputs of n.
func (r *recompute) inputs(n *G.Node) (in G.Nodes, err error) {
	in = make(G.Nodes, len(inputsOf(n)))
	for i, k := range inputsOf(n) {
		if in[i], err = r.value(k); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// symDiff returns the gradients of the inputs of n, given its own.
func (r *recompute) symDiff(n, grad *G.Node) (G.Nodes, error) {
	out, err := r.value(n)
	if err != nil {
		return nil, err
	}
	in, err := r.inputs(n)
	if err != nil {
		return nil, err
	}
	return out.Op().(operation).SymDiff(in, out, grad)
}

func (c *Conv) repeat() operation {
	again := *c
	again.moments, again.momentsNode = nil, nil // they are kept
	return &again
}

func (a *Activate) repeat() operation        { again := *a; return &again }
func (a *Attention) repeat() operation       { again := *a; return &again }
func (a *LinearAttention) repeat() operation { again := *a; return &again }
func (c *Concat) repeat() operation          { again := *c; return &again }
func (d *Dropout) repeat() operation         { again := *d; return &again }
func (f *Film) repeat() operation            { again := *f; return &again }
func (g *GELU) repeat() operation            { again := *g; return &again }
func (l *LayerNorm) repeat() operation       { again := *l; return &again }
func (l *Linear) repeat() operation          { again := *l; return &again }
func (p *Patches) repeat() operation         { again := *p; return &again }
func (p *PixelNorm) repeat() operation       { again := *p; return &again }
func (p *Product) repeat() operation         { again := *p; return &again }
func (r *Reblock) repeat() operation         { again := *r; return &again }
func (r *ReLU) repeat() operation            { again := *r; return &again }
func (r *Rescale) repeat() operation         { again := *r; return &again }
func (r *Resize) repeat() operation          { again := *r; return &again }
func (s *SiLU) repeat() operation            { again := *s; return &again }
func (s *SoftmaxGate) repeat() operation     { again := *s; return &again }
func (s *Stack) repeat() operation           { again := *s; return &again }
func (s *Standardize) repeat() operation     { again := *s; return &again }
func (s *Subsample) repeat() operation       { again := *s; return &again }
func (s *Sum) repeat() operation             { again := *s; return &again }
func (s *SwiGLU) repeat() operation          { again := *s; return &again }
