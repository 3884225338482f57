package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// GELU is x·Φ(x) on a plain array, with Φ the normal distribution function.
type GELU struct{ core }

// geluFLOP counts the function Φ and the product.
const geluFLOP = 4

// NewGELU applies GELU to every value of x.
func NewGELU(rt *Runtime, x *G.Node) (*G.Node, error) {
	if layoutOf(x) != plain {
		return nil, fmt.Errorf("op: gelu: %v is %v, want an array", x, layoutOf(x))
	}
	return apply(&GELU{newCore(rt, "gelu", plain, x.Shape()...)}, x)
}

// FLOP counts the function.
func (g *GELU) FLOP() int64 { return geluFLOP * g.count() }

// Do computes the function.
func (g *GELU) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	kernel.GELU(g.rt.ws, g.buf(), floats(v[0]))
	return g.out, nil
}

// DiffWRT reports that the input has a gradient.
func (g *GELU) DiffWRT(int) []bool { return []bool{true} }

// SymDiff multiplies by the derivative.
func (g *GELU) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	dx, err := apply(&GELUGrad{core: newCore(g.rt, "gelu.dx", plain, g.shape...)}, grad, in[0])
	return G.Nodes{dx}, err
}

// GELUGrad is dx = dy·(Φ(x) + x·φ(x)) of its inputs dy and x, with φ the normal
// density.
type GELUGrad struct {
	core
	noDiff
}

// FLOP counts the derivative and the product.
func (g *GELUGrad) FLOP() int64 { return 2 * geluFLOP * g.count() }

// Do computes the gradient.
func (g *GELUGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	kernel.GELUGrad(g.rt.ws, g.buf(), floats(v[0]), floats(v[1]))
	return g.out, nil
}

var (
	_ operation = (*GELU)(nil)
	_ operation = (*GELUGrad)(nil)
)
