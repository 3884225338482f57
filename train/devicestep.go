package train

import (
	"math"
	"slices"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/lower"
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// deviceStep is a whole training step as one module: forward passes and gradients
// of its batches, their mean, clipping, the optimizer, adapters, averages and running
// statistics. Its arguments are the numbers that live on the device, then what a step
// brings along; its results are the numbers that a step moves, in the memory of those
// arguments, then the report. Where anything is not finite, no number moves.
type deviceStep struct {
	*hlo.Module
	text    []byte
	batches int
	placed  []*placed
	byData  map[*float32]*placed // by the first value of the tensor
	feeds   map[string]hlo.Value // x, target, level, weight
	draws   []draw
	coefs   hlo.Value
	turn    *hlo.Value // which batch of several; nil: there is one
}

// placed is a tensor of this process that has a copy on the device.
type placed struct {
	tensor    model.Tensor
	moves     bool      // by a step
	now, next hlo.Value // the argument or, in a step, the present value; the result
}

// draw is an argument of random factors.
type draw struct {
	of     op.Operation
	shape  []int // of one batch
	values hlo.Value
}

// newDeviceStep writes the module of a step on the graph of a network: the outputs
// are its loss and gradients for batches of n samples.
func newDeviceStep(n *numbers, outputs G.Nodes, samples, batches int, p hlo.Precision) (*deviceStep, error) {
	s := &deviceStep{Module: hlo.New(), batches: batches, byData: map[*float32]*placed{}, feeds: map[string]hlo.Value{}}
	s.Precision = p
	s.place(n)
	sample := n.net.Shape()
	for _, f := range []struct {
		name  string
		shape []int
	}{{"x", append([]int{samples}, sample...)}, {"target", append([]int{samples}, sample...)}, {"level", []int{samples}}, {"weight", []int{samples}}} {
		s.feeds[f.name] = s.Arg(hlo.F32, s.stacked(f.shape)...)
	}
	coefs := s.coefficients(n, 1, 0, 0)
	s.coefs = s.Arg(hlo.F32, len(coefs))
	grads, report, err := s.gradient(n, outputs)
	if err != nil {
		return nil, err
	}
	s.Precision = hlo.Exact // of parameters
	report = append(report, s.move(n, grads, report)...)
	var results []hlo.Value
	for i, t := range s.placed {
		if t.moves {
			s.Alias(i, len(results))
			results = append(results, t.next)
		}
	}
	flat := make([]hlo.Value, len(report))
	for i, r := range report {
		flat[i] = s.Reshape(r, r.Size())
	}
	s.text = s.Text(append(results, s.Concat(0, flat...))...)
	return s, nil
}

// stacked is the shape of so many arrays as there are batches.
func (s *deviceStep) stacked(shape []int) []int {
	if s.batches == 1 {
		return shape
	}
	return append([]int{s.batches}, shape...)
}

// place makes arguments of all tensors that a step reads or moves. Counters stay
// with the host.
func (s *deviceStep) place(n *numbers) {
	add := func(t model.Tensor, moves bool) {
		p := &placed{tensor: t, moves: moves, now: s.Arg(hlo.F32, t.Shape...)}
		p.next = p.now
		s.placed = append(s.placed, p)
		s.byData[&t.Data[0]] = p
	}
	network := func(net *model.Network, fixed bool) {
		for _, t := range net.State() {
			if held := net.Held(t.Name); len(t.Shape) > 0 && (fixed || !held) {
				add(t, !held)
			}
		}
	}
	network(n.net, true)
	for _, t := range n.optimizer.State() {
		add(t, true)
	}
	if n.lora != nil {
		for _, t := range n.lora.targets {
			add(*t.a, true)
			add(*t.b, true)
			add(t.base, false)
		}
	}
	if n.average != nil {
		network(n.average.net, false)
	}
}

func (s *deviceStep) of(t *model.Tensor) *placed { return s.byData[&t.Data[0]] }

// ofBatch is what the present batch has of an argument.
func (s *deviceStep) ofBatch(a hlo.Value) hlo.Value {
	if s.turn == nil {
		return a
	}
	return s.At(a, *s.turn)
}

var _ lower.Source = (*deviceStep)(nil)

// Leaf implements lower.Source.
func (s *deviceStep) Leaf(n *G.Node) (v hlo.Value, ok bool) {
	if v, ok := s.feeds[n.Name()]; ok {
		return s.ofBatch(v), true
	}
	t, ok := lower.Values(n)
	if !ok || len(t) == 0 {
		return v, false
	}
	p, ok := s.byData[&t[0]]
	if !ok {
		return v, false
	}
	return p.now, true
}

// Running implements lower.Source.
func (s *deviceStep) Running(r *op.Running) (mean, variance hlo.Value) {
	return s.byData[&r.Mean[0]].now, s.byData[&r.Var[0]].now
}

// Factors implements lower.Source.
func (s *deviceStep) Factors(o op.Operation) hlo.Value {
	shape := lower.FactorShape(o)
	v := s.Arg(hlo.F32, s.stacked(shape)...)
	s.draws = append(s.draws, draw{o, shape, v})
	return s.ofBatch(v)
}

// gradient returns the mean gradient over the batches and, of each batch (K), its
// loss, the norm of its gradient and which of its tensors is the first that is not
// finite, their number if all are.
func (s *deviceStep) gradient(n *numbers, outputs G.Nodes) (mean, report []hlo.Value, err error) {
	one := func() (grads, report []hlo.Value) {
		values, moved, lowered := lower.Graph(s.Module, s, outputs...)
		if lowered != nil {
			err = lowered
			return nil, nil
		}
		for _, m := range moved {
			s.byData[&m.Running.Mean[0]].next = m.Mean
			s.byData[&m.Running.Var[0]].next = m.Variance
		}
		norm, bad := s.norm(values[1:])
		return values[1:], []hlo.Value{values[0], norm, bad}
	}
	if s.batches == 1 {
		mean, report = one()
		return mean, report, err
	}
	statistics := s.statistics(n.net)
	var carry []hlo.Value
	for _, p := range statistics {
		carry = append(carry, p.now)
	}
	first := slices.Clone(carry)
	for _, o := range outputs[1:] {
		carry = append(carry, s.Full(hlo.F32, 0, o.Shape()...))
	}
	const columns = 3
	for range columns {
		carry = append(carry, s.Full(hlo.F32, 0, s.batches))
	}
	all := s.Loop(s.batches, carry, func(turn hlo.Value, carry []hlo.Value) []hlo.Value {
		s.turn = &turn
		for i, p := range statistics {
			p.now, p.next = carry[i], carry[i]
		}
		grads, report := one()
		if err != nil {
			return carry
		}
		var next []hlo.Value
		for _, p := range statistics {
			next = append(next, p.next)
		}
		sums := carry[len(statistics):]
		for i, g := range grads {
			next = append(next, s.Add(sums[i], s.Times(g, float64(1/float32(s.batches)))))
		}
		here := s.Compare("EQ", s.Iota(hlo.I32, 0, s.batches), s.Broadcast(turn, []int{s.batches}))
		for i, r := range report {
			column := sums[len(grads)+i]
			next = append(next, s.Select(here, s.Broadcast(r, column.Shape), column))
		}
		return next
	})
	s.turn = nil
	for i, p := range statistics {
		p.now, p.next = first[i], all[i]
	}
	all = all[len(statistics):]
	return all[:len(all)-columns], all[len(all)-columns:], err
}

// norm is the Euclidean norm of arrays together, summed in float64, where squares of
// float32 cannot overflow, and which of them is the first that is not finite.
func (s *deviceStep) norm(arrays []hlo.Value) (norm, bad hlo.Value) {
	var squares []hlo.Value
	for _, a := range arrays {
		a = s.Convert(a, hlo.F64)
		squares = append(squares, s.Reshape(s.Total(s.Mul(a, a)), 1))
	}
	all := s.Concat(0, squares...)
	norm = s.Unary("sqrt", s.Total(all))
	return s.Convert(s.Binary("minimum", norm, s.Num(math.MaxFloat32, norm)), hlo.F32), s.firstBad(s.Finite(all))
}

// firstBad is the place of the first that does not hold, the number of all if there
// is none.
func (s *deviceStep) firstBad(finite hlo.Value) hlo.Value {
	n := finite.Shape[0]
	left := s.Sub(s.Full(hlo.F32, float64(n), n), s.Iota(hlo.F32, 0, n)) // n, n-1, …, 1
	most := s.Max(s.Select(finite, s.Num(0, left), left), 0)
	return s.Sub(s.Num(float64(n), most), most)
}
