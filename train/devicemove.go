package train

import (
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/model"
)

// coefficients are the numbers of a step that the module takes as an argument: the
// share of its distance that the average moves by, then those of the optimizer.
func (s *deviceStep) coefficients(n *numbers, step, update int, lr float64) []float32 {
	c := []float32{0}
	if n.average != nil {
		c[0] = float32(1 - n.average.decay(step))
	}
	return append(c, n.optimizer.coefficients(max(update, 1), lr)...)
}

// coef is a coefficient in each place of an array like a.
func (s *deviceStep) coef(i int, a hlo.Value) hlo.Value {
	return s.Broadcast(s.Reshape(s.Cut(s.coefs, 0, i, 1)), a.Shape)
}

// move appends what a step does with the mean gradient, and settles the next value of
// whatever moves: the present one, if anything is not finite. It reports the norm of
// the gradient for what the optimizer moves, which tensor of it and which of the
// running statistics is the first that is not finite, and whether the step is taken.
func (s *deviceStep) move(n *numbers, grads, batches []hlo.Value) (report []hlo.Value) {
	if n.lora != nil {
		grads = s.project(n.lora, grads)
	}
	norm, badGradient := s.norm(grads)
	badStatistic := s.Scalar(hlo.F32, 0)
	good := s.Compare("EQ", badGradient, s.Num(float64(len(grads)), badGradient))
	if statistics := s.statistics(n.net); len(statistics) > 0 {
		var finite []hlo.Value
		for _, p := range statistics {
			finite = append(finite, s.Reshape(s.All(s.Finite(p.next)), 1))
		}
		badStatistic = s.firstBad(s.Concat(0, finite...))
		good = s.Binary("and", good, s.Compare("EQ", badStatistic, s.Num(float64(len(finite)), badStatistic)))
	}
	for _, r := range batches[:2] { // losses and norms
		good = s.Binary("and", good, s.All(s.Finite(r)))
	}
	bad := batches[2]
	good = s.Binary("and", good, s.All(s.Compare("EQ", bad, s.Num(float64(len(n.net.Trainable())), bad))))

	by := s.Scalar(hlo.F64, 1)
	if n.clip > 0 {
		norm := s.Convert(norm, hlo.F64)
		by = s.Binary("minimum", by, s.Div(s.Num(n.clip, norm), s.Plus(norm, 1e-6)))
	}
	s.optimize(n, grads, s.Convert(by, hlo.F32))
	if n.lora != nil {
		s.merge(n.lora)
	}
	if n.average != nil {
		s.follow(n)
	}
	for _, p := range s.placed {
		if p.moves {
			p.next = s.Select(good, p.next, p.now)
		}
	}
	return []hlo.Value{norm, badGradient, badStatistic, s.Convert(good, hlo.F32)}
}

// statistics are the running statistics that move.
func (s *deviceStep) statistics(net *model.Network) []*placed {
	var moving []*placed
	for _, b := range net.Buffers() {
		if !isCounter(b) && !net.Held(b.Name) {
			moving = append(moving, s.of(b))
		}
	}
	return moving
}

// optimize moves the parameters along grads times by.
func (s *deviceStep) optimize(n *numbers, grads []hlo.Value, by hlo.Value) {
	state := n.optimizer.State()
	params := n.params()
	for i, p := range params {
		o := parameter{deviceStep: s, index: i, first: 1, param: s.of(p), gradient: s.Mul(grads[i], s.Broadcast(by, grads[i].Shape))}
		for k := i; k < len(state); k += len(params) {
			o.state = append(o.state, s.of(&state[k]))
		}
		n.optimizer.append(o)
	}
}

// project is lora.project.
func (s *deviceStep) project(l *lora, grads []hlo.Value) []hlo.Value {
	var all []hlo.Value
	for _, t := range l.targets {
		dw := s.Reshape(grads[t.place], t.o, t.k)
		da := s.Times(s.MatMul(s.of(t.b).now, dw, 0, 0), float64(l.scale))
		db := s.Times(s.MatMul(dw, s.of(t.a).now, 1, 1), float64(l.scale))
		all = append(all, da, db)
	}
	for _, place := range l.beside {
		all = append(all, grads[place])
	}
	return all
}

// merge is lora.merge.
func (s *deviceStep) merge(l *lora) {
	for _, t := range l.targets {
		ba := s.MatMul(s.of(t.b).next, s.of(t.a).next, 1, 0)
		w := s.of(t.w)
		w.next = s.Add(s.of(&t.base).now, s.Reshape(s.Times(ba, float64(l.scale)), w.now.Shape...))
	}
}

// follow is average.follow, but for counters.
func (s *deviceStep) follow(n *numbers) {
	averaged := n.average.net.State()
	for i, t := range n.net.State() {
		if len(t.Shape) == 0 || n.net.Held(t.Name) {
			continue
		}
		x, y := s.of(&averaged[i]), s.of(&t).next
		x.next = s.Add(x.now, s.Mul(s.coef(0, x.now), s.Sub(y, x.now)))
	}
}
