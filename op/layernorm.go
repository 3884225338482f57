package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// LayerNorm normalises each row of its input x (N,C) and scales and shifts it by
// the sample's own numbers (s, b), its input film (N,2C):
//
//	y = (1+s)·(x-m)/√(v+Eps) + b
//
// with the mean m and the variance v of the row.
type LayerNorm struct {
	core
	Eps   float64
	stats kernel.RowStats // of the rows, for the gradient
}

// NewLayerNorm normalises x and applies film.
func NewLayerNorm(rt *Runtime, x, film *G.Node) (*G.Node, error) {
	n, c, err := rowsOf("layer norm", x)
	if err != nil {
		return nil, err
	}
	if err := expect("layer norm", "the scale-shift", film, plain, n, 2*c); err != nil {
		return nil, err
	}
	return apply(&LayerNorm{core: newCore(rt, "layernorm", plain, n, c), Eps: NormEps,
		stats: kernel.RowStats{Mean: make([]float32, n), Inverse: make([]float32, n)}}, x, film)
}

// rowsOf returns the sizes of a plain array (N,C).
func rowsOf(operation string, x *G.Node) (n, c int, err error) {
	s := x.Shape()
	if layoutOf(x) != plain || len(s) != 2 {
		return 0, 0, fmt.Errorf("op: %s: the input is %v of shape %v, want an array (N,C)", operation, layoutOf(x), s)
	}
	return s[0], s[1], nil
}

// Attributes tells what is added to variances.
func (l *LayerNorm) Attributes() []Attribute { return []Attribute{{"eps", l.Eps}} }

// FLOP counts two passes for the moments, and the map.
func (l *LayerNorm) FLOP() int64 { return 8 * l.count() }

// Do computes the norm.
func (l *LayerNorm) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	kernel.LayerNorm(l.rt.ws, l.buf(), floats(v[0]), floats(v[1]), l.stats, l.Eps)
	return l.out, nil
}

// DiffWRT reports gradients for the input and the scale-shift.
func (l *LayerNorm) DiffWRT(int) []bool { return []bool{true, true} }

// SymDiff returns the gradients of x and film.
func (l *LayerNorm) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	g := &LayerNormGrad{core: newCore(l.rt, "layernorm.dx", plain, l.shape...), Eps: l.Eps, forward: l}
	dx, err := apply(g, grad, in[0], in[1])
	if err != nil {
		return nil, err
	}
	df, b, err := newTap(l.rt, "film", plain, dx, in[1].Shape()...)
	g.dfilm = b
	return G.Nodes{dx, df}, err
}

// LayerNormGrad is the gradient of a LayerNorm with respect to x, of its inputs
// dy, x and film, and in a tap with result "film" (N,2C) with respect to film:
// dy·x̂, then dy, with x̂ the normalised x. With g = (1+s)·dy and means over rows,
//
//	dx = (g - mean(g) - x̂·mean(g·x̂))/√(v+Eps)
type LayerNormGrad struct {
	core
	noDiff
	Eps     float64
	forward *LayerNorm
	dfilm   []float32
}

// Attributes tells what is added to variances.
func (g *LayerNormGrad) Attributes() []Attribute { return []Attribute{{"eps", g.Eps}} }

// FLOP counts the sums and the map.
func (g *LayerNormGrad) FLOP() int64 { return 15 * g.count() }

// Do computes the gradients.
func (g *LayerNormGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	kernel.LayerNormGrad(g.rt.ws, g.buf(), g.dfilm, floats(v[0]), floats(v[1]), floats(v[2]), g.forward.stats)
	return g.out, nil
}

var (
	_ operation = (*LayerNorm)(nil)
	_ operation = (*LayerNormGrad)(nil)
)
