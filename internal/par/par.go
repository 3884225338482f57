// Package par runs independent chunks of work on a fixed set of workers.
//
// The number of chunks is chosen by the caller from the problem alone, never
// from the number of workers; partial results belong to chunks and are
// combined in chunk order. Results are therefore bitwise the same for any
// number of threads.
package par

import "sync"

// Pool is a fixed set of workers. Do must not be called concurrently on one
// Pool, nor from inside its own function.
type Pool struct {
	threads int
}

// New returns a pool of the given number of workers (at least 1), the calling
// goroutine included.
func New(threads int) *Pool { return &Pool{threads: max(1, threads)} }

// Threads returns the number of workers.
func (p *Pool) Threads() int { return p.threads }

// Do calls f(chunk, worker) once for each chunk in [0, chunks), and returns
// when all calls have. worker is in [0, Threads()); calls with one worker
// number never overlap, so that it can index per-worker scratch memory. Which
// worker runs which chunk must not matter to the result.
func (p *Pool) Do(chunks int, f func(chunk, worker int)) {
	n := min(p.threads, chunks)
	var wg sync.WaitGroup
	for w := 1; w < n; w++ {
		wg.Go(func() {
			for c := chunks * w / n; c < chunks*(w+1)/n; c++ {
				f(c, w)
			}
		})
	}
	for c := 0; c < chunks/max(n, 1); c++ {
		f(c, 0)
	}
	wg.Wait()
}

// Close releases the workers. The pool must not be used afterwards.
func (p *Pool) Close() {}
