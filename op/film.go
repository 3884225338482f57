package op

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Film is the scale-shift y = (1+s)·x + b of an activation x by a sample's own
// numbers (s, b), where no normalisation follows that would take them in.
// Inputs: x, (s, b) as (N,2C).
type Film struct {
	core
	coef []float32 // lanes: 1+s, then b
}

// NewFilm applies film (N,2C), scales then shifts, to x (N,C,L) or (N,C,H,W).
func NewFilm(rt *Runtime, x, film *G.Node) (*G.Node, error) {
	s := x.Shape()
	x, err := toBlocked(rt, x)
	if err != nil {
		return nil, err
	}
	if err := expect("film", "the scale-shift", film, plain, s[0], 2*s[1]); err != nil {
		return nil, err
	}
	return apply(&Film{core: newCore(rt, "film", blocked, s...), coef: make([]float32, 2*s[0]*pad16(s[1]))}, x, film)
}

// FLOP counts a product and a sum for each value.
func (f *Film) FLOP() int64 { return 2 * f.count() }

// Do computes the scale-shift.
func (f *Film) Do(v ...G.Value) (out G.Value, err error) {
	defer f.guard(&err)
	scale, shift := split(f.coef)
	film, c := floats(v[1]), f.shape[1]
	for n := range f.shape[0] {
		row := film[n*2*c:][:2*c]
		for k, s := range row[:c] {
			scale[n*pad16(c)+k], shift[n*pad16(c)+k] = 1+s, row[c+k]
		}
	}
	kernel.Accumulate(f.rt.ws, f.buf(), []kernel.Term{{Coef: scale, X: floats(v[0])}}, shift, imageShape(f.shape))
	return f.out, nil
}

// DiffWRT reports gradients for the activation and the scale-shift.
func (f *Film) DiffWRT(int) []bool { return []bool{true, true} }

// SymDiff returns dx = (1+s)·dy, ds = Σ dy·x and db = Σ dy over each plane.
func (f *Film) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(f.rt, grad)
	if err != nil {
		return nil, err
	}
	g := &FilmGrad{core: newCore(f.rt, "film.dx", blocked, f.shape...), forward: f}
	dx, err := apply(g, grad, in[0], in[1])
	if err != nil {
		return nil, err
	}
	df, b, err := newTap(f.rt, "film", plain, dx, in[1].Shape()...)
	g.dfilm, g.sums = b, make([]float32, len(f.coef))
	return G.Nodes{dx, df}, err
}

// FilmGrad is the gradient dx = (1+s)·dy of a Film with respect to the activation
// and, in a tap with result "film" (N,2C), to the scale-shift: Σ dy·x, then Σ dy of
// each plane. Inputs: dy, x, (s, b).
type FilmGrad struct {
	core
	noDiff
	forward *Film
	dfilm   []float32
	sums    []float32 // lanes
}

// FLOP counts the product and the sums.
func (g *FilmGrad) FLOP() int64 { return 4 * g.count() }

// Do computes the gradients.
func (g *FilmGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer g.guard(&err)
	scale, _ := split(g.forward.coef)
	ds, db := split(g.sums)
	kernel.FilmGrad(g.rt.ws, g.buf(), floats(v[0]), floats(v[1]), scale, kernel.PrologueGrad{Scale: ds, Shift: db}, imageShape(g.shape))
	c := g.shape[1]
	for n := range g.shape[0] {
		row := g.dfilm[n*2*c:][:2*c]
		copy(row, ds[n*pad16(c):][:c])
		copy(row[c:], db[n*pad16(c):][:c])
	}
	return g.out, nil
}

var (
	_ operation = (*Film)(nil)
	_ operation = (*FilmGrad)(nil)
)
