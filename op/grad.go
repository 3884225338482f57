package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
)

// Grad returns the gradients of the scalar loss with respect to the nodes wrt,
// as nodes of the same graph. All nodes between them must be operations of
// this package. Gradients that meet at a node are added in the order in which
// the graph uses it.
func Grad(rt *Runtime, loss *G.Node, wrt ...*G.Node) (G.Nodes, error) {
	return GradWith(rt, loss, GradOptions{}, wrt...)
}

// GradOptions are the optional parts of a gradient.
type GradOptions struct {
	// Then, if not nil, says what becomes of each gradient. The nodes that it adds run
	// as soon as the gradient is there, while others are still to come.
	Then func(*G.Node) (*G.Node, error)
	// Segments are the parts of the forward pass that are computed again.
	Segments []Segment
}

// GradWith is Grad with options.
func GradWith(rt *Runtime, loss *G.Node, o GradOptions, wrt ...*G.Node) (G.Nodes, error) {
	order := topological(loss)
	past := newRecompute(order, o.Segments)
	needed := map[*G.Node]bool{}
	for _, n := range wrt {
		needed[n] = true
	}
	for _, n := range order { // inputs come before their users
		for _, in := range inputsOf(n) {
			needed[n] = needed[n] || needed[in]
		}
	}
	if !needed[loss] {
		return nil, fmt.Errorf("op: grad: the loss depends on none of the %d nodes", len(wrt))
	}
	one := newLeaf(loss.Graph(), "dloss", G.NewF32(1))
	parts := map[*G.Node]G.Nodes{loss: {one}}
	total := map[*G.Node]*G.Node{}
	for i := len(order) - 1; i >= 0; i-- {
		n := order[i]
		if !needed[n] || len(parts[n]) == 0 {
			continue
		}
		g := parts[n][0]
		if len(parts[n]) > 1 {
			var err error
			if g, err = newSum(rt, parts[n]); err != nil {
				return nil, fmt.Errorf("op: grad: gradients of %v: %w", n, err)
			}
		}
		if _, ok := n.Op().(operation); !ok { // a leaf
			if o.Then != nil {
				var err error
				if g, err = o.Then(g); err != nil {
					return nil, fmt.Errorf("op: grad: %s: %w", n.Name(), err)
				}
			}
			total[n] = g
			continue
		}
		total[n] = g
		grads, err := past.symDiff(n, g)
		if err != nil {
			return nil, fmt.Errorf("op: grad: %v: %w", n, err)
		}
		for k, in := range inputsOf(n) {
			if needed[in] && grads[k] != nil {
				parts[in] = append(parts[in], grads[k])
			}
		}
	}
	out := make(G.Nodes, len(wrt))
	for i, n := range wrt {
		if out[i] = total[n]; out[i] == nil {
			return nil, fmt.Errorf("op: grad: the loss does not depend on %s", n.Name())
		}
	}
	return out, nil
}

// topological lists the nodes that the roots depend on, inputs before users, in
// an order that depends on the graph alone.
func topological(roots ...*G.Node) G.Nodes {
	var order G.Nodes
	seen := map[*G.Node]bool{}
	var visit func(n *G.Node)
	visit = func(n *G.Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, in := range inputsOf(n) {
			visit(in)
		}
		order = append(order, n)
	}
	for _, n := range roots {
		visit(n)
	}
	return order
}

func inputsOf(n *G.Node) G.Nodes {
	if o, ok := n.Op().(operation); ok {
		return o.base().in
	}
	return nil
}
