package op

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Product is a·b of its inputs, value by value, on plain arrays.
type Product struct{ core }

// NewProduct multiplies two arrays of one shape.
func NewProduct(rt *Runtime, a, b *G.Node) (*G.Node, error) {
	shape := a.Shape()
	for _, n := range (G.Nodes{a, b}) {
		if err := expect("product", "a factor", n, plain, shape...); err != nil {
			return nil, err
		}
	}
	return apply(&Product{newCore(rt, "product", plain, shape...)}, a, b)
}

// FLOP counts a product for each value.
func (p *Product) FLOP() int64 { return p.count() }

// Do computes the product.
func (p *Product) Do(v ...G.Value) (out G.Value, err error) {
	defer p.guard(&err)
	kernel.Mul(p.rt.ws, p.buf(), floats(v[0]), floats(v[1]))
	return p.out, nil
}

// DiffWRT reports gradients for both factors.
func (p *Product) DiffWRT(int) []bool { return []bool{true, true} }

// SymDiff multiplies the gradient by the other factor.
func (p *Product) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	da, err := NewProduct(p.rt, grad, in[1])
	if err != nil {
		return nil, err
	}
	db, err := NewProduct(p.rt, grad, in[0])
	return G.Nodes{da, db}, err
}

var _ operation = (*Product)(nil)
