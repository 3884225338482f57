// Package par runs independent chunks of work on a fixed set of workers.
//
// The number of chunks is chosen by the caller from the problem alone, never
// from the number of workers; partial results belong to chunks and are
// combined in chunk order. Results are therefore bitwise the same for any
// number of threads.
//
// Workers live as long as the pool. Between calls they look for work for a
// fraction of a millisecond, for pauses between layers are short, and then sleep.
// What they do where other programs want the processors is told at [worker].
package par

import (
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
	workers []*worker  // all but the caller of Do
	caller  sleeper
	closed  atomic.Bool

	round  atomic.Uint64 // the call of Do: its number, whether it is open, how many workers are in it
	f      func(chunk, worker int)
	chunks int64
	next   atomic.Int64 // next chunk to run
	failed atomic.Pointer[any]
}

// Parts of round.
const (
	inside = open - 1 // mask of the number of workers in it, the caller left out
	open   = 1 << 16  // workers may join
	number = 1 << 17  // one call of Do
)

// New returns a pool of the given number of workers (at least 1), the calling
// goroutine included.
func New(threads int) *Pool {
	p := &Pool{caller: newSleeper()}
	for i := 1; i < threads; i++ {
		w := &worker{sleeper: newSleeper()}
		p.workers = append(p.workers, w)
		go p.work(i, w)
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
	p.round.Add(number | open)
	for _, w := range p.workers {
		w.wake()
	}
	p.run(0, nil)
	// Who has not joined by now need not.
	if p.round.Add(^uint64(open-1))&inside != 0 {
		p.caller.wait(func() bool { return p.round.Load()&inside == 0 })
	}
	p.f = nil
	if v := p.failed.Load(); v != nil {
		panic(*v)
	}
}

// Close ends the workers. The pool must not be used afterwards.
func (p *Pool) Close() {
	p.closed.Store(true)
	for _, w := range p.workers {
		w.wake()
	}
}
