package par

import "time"

// worker is a member of a pool other than the caller of Do.
//
// A system that has more to run than processors interrupts a worker in the midst of
// a chunk, for milliseconds in which the rest wait for it. Therefore a worker offers
// its processor to other programs of its own accord, often enough that it is seldom
// taken, and only when it is in no round: the end of Do waits for chunks that were
// begun, never for a worker that is away. Neither is worth anything without the other.
type worker struct {
	sleeper
	offered time.Time // when it last offered its processor
}

// turn is how long a worker works before it offers its processor. Systems take it away
// after a few milliseconds.
const turn = 300 * time.Microsecond

// due reports whether it is time for a worker to rest.
func (w *worker) due() bool { return time.Since(w.offered) > turn }

// work is the life of a worker.
func (p *Pool) work(id int, w *worker) {
	through := uint64(0) // number of the last round in which no chunk was left
	joinable := func(r uint64) bool { return r&open != 0 && r/number != through }
	ready := func() bool { return joinable(p.round.Load()) || p.closed.Load() }
	for {
		w.wait(ready)
		if p.closed.Load() {
			return
		}
		r := p.round.Load()
		if !joinable(r) || !p.round.CompareAndSwap(r, r+1) {
			continue
		}
		if p.run(id, w) {
			through = r / number
		}
		if p.round.Add(^uint64(0))&(open|inside) == 0 {
			p.caller.wake()
		}
		if w.due() {
			offer()
			w.offered = time.Now()
		}
	}
}

// run takes chunks until none is left or the worker, nil for the caller of Do, is due
// to rest. The caller is never: the others cannot go on without it. run reports
// whether none is left.
func (p *Pool) run(id int, w *worker) (through bool) {
	defer func() {
		if v := recover(); v != nil {
			p.next.Store(p.chunks) // the others need not go on
			first := v             // v itself would be allocated at every call
			p.failed.CompareAndSwap(nil, &first)
			through = true
		}
	}()
	for {
		c := p.next.Add(1) - 1
		if c >= p.chunks {
			return true
		}
		p.f(int(c), id)
		if w != nil && p.next.Load() < p.chunks && w.due() {
			return false
		}
	}
}
