// Package par runs independent chunks of work on a fixed set of workers.
//
// The number of chunks is chosen by the caller from the problem alone, never
// from the number of workers; partial results belong to chunks and are
// combined in chunk order. Results are therefore bitwise the same for any
// number of threads.
//
// Workers live as long as the pool. Between calls they look for work for a
// fraction of a millisecond, for pauses between layers are short, and then sleep.
package par

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// MaxThreads is how many workers a pool may have. More than the processors are
// of no use; far more never start.
const MaxThreads = 1024

// Pool is a fixed set of workers. Concurrent calls of Do run one after the other;
// Do must not be called from inside its own function.
type Pool struct {
	mu      sync.Mutex // held during Do
	workers []*sleeper // all but the caller of Do
	caller  sleeper
	closed  atomic.Bool

	round  atomic.Uint64 // number of the call of Do; workers wait for it to change
	f      func(chunk, worker int)
	chunks int64
	next   atomic.Int64 // next chunk to run
	busy   atomic.Int64 // workers that have not finished the round
	failed atomic.Pointer[any]
}

// New returns a pool of the given number of workers (at least 1), the calling
// goroutine included.
func New(threads int) *Pool {
	p := &Pool{caller: newSleeper()}
	for i := 1; i < threads; i++ {
		s := newSleeper()
		p.workers = append(p.workers, &s)
		go p.work(i, &s)
	}
	return p
}

// Threads returns the number of workers.
func (p *Pool) Threads() int { return len(p.workers) + 1 }

// Do calls f(chunk, worker) once for each chunk in [0, chunks), and returns
// when all calls have. worker is in [0, Threads()); calls with one worker
// number never overlap, so that it can index per-worker scratch memory. Which
// worker runs which chunk must not matter to the result. A panic of f is raised
// again in the caller.
func (p *Pool) Do(chunks int, f func(chunk, worker int)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.workers) == 0 || chunks <= 1 {
		for c := range chunks {
			f(c, 0)
		}
		return
	}
	p.f, p.chunks = f, int64(chunks)
	p.next.Store(0)
	p.failed.Store(nil)
	p.busy.Store(int64(len(p.workers)))
	p.round.Add(1)
	for _, w := range p.workers {
		w.wake()
	}
	p.run(0)
	p.caller.wait(func() bool { return p.busy.Load() == 0 })
	p.f = nil
	if v := p.failed.Load(); v != nil {
		panic(*v)
	}
}

// Close ends the workers. The pool must not be used afterwards.
func (p *Pool) Close() {
	p.closed.Store(true)
	p.round.Add(1)
	for _, w := range p.workers {
		w.wake()
	}
}

// work is the life of a worker.
func (p *Pool) work(id int, s *sleeper) {
	for seen := uint64(0); ; {
		s.wait(func() bool { return p.round.Load() != seen })
		if p.closed.Load() {
			return
		}
		seen = p.round.Load()
		p.run(id)
		if p.busy.Add(-1) == 0 {
			p.caller.wake()
		}
	}
}

// run takes chunks until none is left.
func (p *Pool) run(worker int) {
	defer func() {
		if v := recover(); v != nil {
			p.next.Store(p.chunks) // the others need not go on
			p.failed.CompareAndSwap(nil, &v)
		}
	}()
	for {
		c := p.next.Add(1) - 1
		if c >= p.chunks {
			return
		}
		p.f(int(c), worker)
	}
}

// sleeper waits for a condition that another goroutine makes true before it
// calls wake: first by looking, then asleep.
type sleeper struct {
	asleep atomic.Bool
	signal chan struct{}
}

func newSleeper() sleeper { return sleeper{signal: make(chan struct{}, 1)} }

// looks is how often a condition is looked at before sleeping, some 200 µs: what
// a network computes on one thread between parallel sections takes tens, and
// waking a sleeper as long again.
const looks = 40_000

func (s *sleeper) wait(ready func() bool) {
	for i := range looks {
		if ready() {
			return
		}
		if i%256 == 255 {
			runtime.Gosched()
		}
	}
	for {
		s.asleep.Store(true)
		// The condition may have become true before wake could see us asleep.
		if ready() {
			if !s.asleep.CompareAndSwap(true, false) {
				<-s.signal // wake saw us after all
			}
			return
		}
		<-s.signal
		if ready() {
			return
		}
	}
}

func (s *sleeper) wake() {
	if s.asleep.CompareAndSwap(true, false) {
		s.signal <- struct{}{}
	}
}
