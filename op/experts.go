package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Experts is the noise ε̂ (N,…) of its input x (N,…), D values a sample, at log SNRs ρ
// (N), that a mixture of K Gaussians expects, by its further inputs: directions U
// (K,R,D), means m (K,D), logarithms of variances along the directions a (K,R) and
// along all others b (K), and logarithms of weights w (K). With ᾱ = σ(ρ) and
// 1-ᾱ = σ(-ρ), expert k sees d = x - √ᾱ·m and z = U·d, has the gains of Wiener's
// filter g = σ(a+ρ) and g0 = σ(b+ρ), and finds with h = g - g0
//
//	ε̂ = ((1-g0)·d - Uᵀ(h·z))/√(1-ᾱ)
//	ℓ = w - ½·(Σ log(1+e^(a+ρ)) + (D-R)·log(1+e^(b+ρ)) + ((1-g0)·|d|² - Σ h·z²)/(1-ᾱ))
//
// The result is the sum of their ε̂ weighted by softmax(ℓ): for orthonormal
// directions that is E[ε | x] of the mixture.
type Experts struct {
	core
	k      *kernel.Experts
	packed packing
}

// ExpertInputs are the parameters of Experts as nodes.
type ExpertInputs struct{ Directions, Means, Variances, Rest, Weights *G.Node }

// NewExperts predicts the noise of x at log SNRs rho. frozen is as in ConvOptions.
func NewExperts(rt *Runtime, x, rho *G.Node, p ExpertInputs, frozen *Frozen) (*G.Node, error) {
	shape, u := x.Shape(), p.Directions.Shape()
	if layoutOf(x) != plain || len(shape) < 2 || layoutOf(p.Directions) != plain || len(u) != 3 || shape[1:].TotalSize() != u[2] {
		return nil, fmt.Errorf("op: experts: directions of shape %v do not fit an input of shape %v", u, shape)
	}
	n, k, r, d := shape[0], u[0], u[1], u[2]
	for _, in := range []struct {
		what  string
		node  *G.Node
		shape tensor.Shape
	}{
		{"the log SNR", rho, tensor.Shape{n}}, {"the means", p.Means, tensor.Shape{k, d}}, {"the variances", p.Variances, tensor.Shape{k, r}},
		{"the other variances", p.Rest, tensor.Shape{k}}, {"the weights", p.Weights, tensor.Shape{k}},
	} {
		if err := expect("experts", in.what, in.node, plain, in.shape...); err != nil {
			return nil, err
		}
	}
	kern, err := kernel.NewExperts(rt.ws, n, d, k, r)
	if err != nil {
		return nil, fmt.Errorf("op: experts: %w", err)
	}
	e := &Experts{core: newCore(rt, "experts", plain, shape...), k: kern, packed: packing{frozen: frozen}}
	return apply(e, x, rho, p.Directions, p.Means, p.Variances, p.Rest, p.Weights)
}

// FLOP counts the projections of every sample on every direction, their gains and
// squares, and one filter a sample.
func (e *Experts) FLOP() int64 {
	u := e.in[2].Shape()
	n, k, r, d := int64(e.shape[0]), int64(u[0]), int64(u[1]), int64(u[2])
	return n * (k*r*(2*d+7) + k*3*d + 4*r*d)
}

// Do predicts.
func (e *Experts) Do(v ...G.Value) (out G.Value, err error) {
	defer e.guard(&err)
	p := expertWeights(v[2:])
	if e.packed.frozen != nil && e.packed.stale() {
		e.k.Pack(p.Directions)
	}
	e.k.Forward(e.buf(), floats(v[0]), floats(v[1]), p)
	return e.out, nil
}

func expertWeights(v []G.Value) kernel.ExpertWeights {
	return kernel.ExpertWeights{Directions: floats(v[0]), Means: floats(v[1]), Variances: floats(v[2]), Rest: floats(v[3]), Weights: floats(v[4])}
}

// DiffWRT reports gradients for the parameters: what experts see is the network's
// input, which nothing before it learns from.
func (e *Experts) DiffWRT(int) []bool { return []bool{false, false, true, true, true, true, true} }

// SymDiff returns the gradients of the parameters.
func (e *Experts) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	g := &ExpertsGrad{core: newCore(e.rt, "experts.du", plain, in[2].Shape()...), forward: e}
	du, err := apply(g, append(G.Nodes{grad, out}, in...)...)
	if err != nil {
		return nil, err
	}
	grads := G.Nodes{nil, nil, du}
	for i, to := range []struct {
		result string
		buf    *[]float32
	}{{"means", &g.dm}, {"variances", &g.da}, {"rest", &g.db}, {"weights", &g.dw}} {
		tap, b, err := newTap(e.rt, to.result, plain, du, in[3+i].Shape()...)
		if err != nil {
			return nil, err
		}
		*to.buf = b
		grads = append(grads, tap)
	}
	return grads, nil
}

// ExpertsGrad is the gradient of Experts with respect to the directions, of its inputs
// dy, y and those of Experts, and in taps with results "means", "variances", "rest" and
// "weights" with respect to the other parameters.
type ExpertsGrad struct {
	core
	noDiff
	forward        *Experts
	dm, da, db, dw []float32
}

// FLOP counts the products with the directions, there and back, for one expert a sample.
func (e *ExpertsGrad) FLOP() int64 {
	n := int64(e.in[0].Shape()[0])
	return n * 8 * int64(e.shape[1]) * int64(e.shape[2])
}

// Do computes the gradients.
func (e *ExpertsGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer e.guard(&err)
	grad := kernel.ExpertWeights{Directions: e.buf(), Means: e.dm, Variances: e.da, Rest: e.db, Weights: e.dw}
	e.forward.k.Backward(grad, floats(v[0]), floats(v[1]), floats(v[2]), expertWeights(v[4:]))
	return e.out, nil
}

var (
	_ operation = (*Experts)(nil)
	_ operation = (*ExpertsGrad)(nil)
)
