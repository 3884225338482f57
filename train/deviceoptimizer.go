package train

import (
	"math"

	"github.com/condmean/condmean/lower/hlo"
)

// optimizer is an Optimizer that other devices can take the steps of.
type optimizer interface {
	Optimizer
	// coefficients are the numbers of a step, counted from 1, that append refers to.
	coefficients(update int, lr float64) []float32
	// append appends the step of a parameter to a module.
	append(p parameter)
}

var (
	_ optimizer = (*Adam)(nil)
	_ optimizer = (*SGD)(nil)
)

// parameter is one that an optimizer appends the step of to a module.
type parameter struct {
	*deviceStep
	index    int // among the parameters
	first    int // of the optimizer's coefficients
	param    *placed
	state    []*placed // the optimizer's, in the order of State
	gradient hlo.Value // times the factor that clips it
}

// coefficient is number i of the optimizer's, in each place of the parameter.
func (p parameter) coefficient(i int) hlo.Value { return p.coef(p.first+i, p.param.now) }

// coefficients implements optimizer: √(1-β₂^k), then for each parameter the rate and
// what is kept of it.
func (a *Adam) coefficients(update int, lr float64) []float32 {
	bias1 := 1 - math.Pow(a.o.Beta1, float64(update))
	c := []float32{float32(math.Sqrt(1 - math.Pow(a.o.Beta2, float64(update))))}
	for _, g := range a.groups {
		keep := 1.0
		if a.o.Decoupled {
			keep = 1 - lr*g.LR*g.WeightDecay
		}
		c = append(c, float32(lr*g.LR/bias1), float32(keep))
	}
	return c
}

// append implements optimizer.
func (a *Adam) append(p parameter) {
	group := a.groups[p.index]
	if group.LR == 0 {
		return
	}
	x, m, v := p.gradient, p.state[0], p.state[1]
	if !a.o.Decoupled && group.WeightDecay != 0 {
		x = p.Add(x, p.Times(p.param.now, group.WeightDecay))
	}
	m.next = p.Add(m.now, p.Times(p.Sub(x, m.now), 1-a.o.Beta1))
	v.next = p.Add(p.Times(v.now, a.o.Beta2), p.Times(p.Mul(x, x), 1-a.o.Beta2))
	root := p.Div(p.Unary("sqrt", v.next), p.coefficient(0))
	kept := p.param.now
	if a.o.Decoupled {
		kept = p.Mul(p.coefficient(2+2*p.index), kept)
	}
	p.param.next = p.Sub(kept, p.Div(p.Mul(p.coefficient(1+2*p.index), m.next), p.Plus(root, a.o.Eps)))
}

// coefficients implements optimizer: for each parameter the rate.
func (s *SGD) coefficients(_ int, lr float64) []float32 {
	var c []float32
	for _, g := range s.groups {
		c = append(c, float32(lr*g.LR))
	}
	return c
}

// append implements optimizer.
func (s *SGD) append(p parameter) {
	group := s.groups[p.index]
	if group.LR == 0 {
		return
	}
	x := p.gradient
	if group.WeightDecay != 0 {
		x = p.Add(x, p.Times(p.param.now, group.WeightDecay))
	}
	if len(p.state) > 0 {
		b := p.state[0]
		b.next = p.Add(p.Times(b.now, s.o.Momentum), x)
		if s.o.Nesterov {
			x = p.Add(x, p.Times(b.next, s.o.Momentum))
		} else {
			x = b.next
		}
	}
	p.param.next = p.Sub(p.param.now, p.Mul(p.coefficient(p.index), x))
}
