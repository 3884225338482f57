package par

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestDo(t *testing.T) {
	for _, threads := range []int{0, 1, 2, 3, 8} {
		p := New(threads)
		if p.Threads() != max(1, threads) {
			t.Errorf("%d threads, want %d", p.Threads(), max(1, threads))
		}
		for _, chunks := range []int{0, 1, 2, 7, 100} {
			for range 50 {
				seen := make([]atomic.Int32, chunks)
				inUse := make([]atomic.Int32, p.Threads())
				p.Do(chunks, func(c, w int) {
					if inUse[w].Add(1) != 1 {
						t.Error("two calls share a worker number")
					}
					seen[c].Add(1)
					inUse[w].Add(-1)
				})
				for c := range seen {
					if seen[c].Load() != 1 {
						t.Fatalf("%d threads: chunk %d of %d ran %d times", threads, c, chunks, seen[c].Load())
					}
				}
			}
		}
		p.Close()
	}
}

// TestSleep lets workers fall asleep between calls.
func TestSleep(t *testing.T) {
	p := New(3)
	defer p.Close()
	var sum atomic.Int64
	for range 20 {
		time.Sleep(2 * time.Millisecond)
		p.Do(10, func(c, _ int) {
			if c == 0 {
				time.Sleep(time.Millisecond) // the caller sleeps as well
			}
			sum.Add(int64(c))
		})
	}
	if sum.Load() != 20*45 {
		t.Errorf("sum %d", sum.Load())
	}
}

func TestPanic(t *testing.T) {
	p := New(2)
	defer p.Close()
	for _, bad := range []int{0, 5, 9} {
		func() {
			defer func() {
				if v := recover(); v != "boom" {
					t.Errorf("recovered %v", v)
				}
			}()
			p.Do(10, func(c, _ int) {
				if c == bad {
					panic("boom")
				}
			})
			t.Error("Do returned")
		}()
		n := atomic.Int32{}
		p.Do(10, func(int, int) { n.Add(1) })
		if n.Load() != 10 {
			t.Errorf("after a panic %d of 10 chunks ran", n.Load())
		}
	}
}

func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		p := New(4)
		p.Do(8, func(int, int) {})
		p.Close()
	}
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// TestNobodyWaitsForTheAbsent runs a pool whose worker has not come yet, as where
// another program has its processor.
func TestNobodyWaitsForTheAbsent(t *testing.T) {
	p := &Pool{workers: []*worker{{}}, caller: newSleeper()}
	var sum int
	for range 3 {
		p.Do(10, func(c, w int) {
			if w != 0 {
				t.Errorf("chunk %d ran on worker %d", c, w)
			}
			sum += c
		})
	}
	if sum != 3*45 {
		t.Errorf("sum %d", sum)
	}
}

// TestHeld holds a worker in one chunk until all others are done.
func TestHeld(t *testing.T) {
	for _, threads := range []int{2, 3, 8} {
		p := New(threads)
		for _, chunks := range []int{2, 5, 64} {
			for held := range chunks {
				var others sync.WaitGroup
				others.Add(chunks - 1)
				p.Do(chunks, func(c, _ int) {
					if c == held {
						others.Wait()
					} else {
						others.Done()
					}
				})
			}
		}
		p.Close()
	}
}

// TestRest has chunks so long that workers rest after each.
func TestRest(t *testing.T) {
	for _, threads := range []int{2, 3} {
		p := New(threads)
		for range 20 {
			seen := make([]atomic.Int32, 12)
			p.Do(len(seen), func(c, _ int) {
				for begin := time.Now(); time.Since(begin) < turn+turn/4; {
				}
				seen[c].Add(1)
			})
			for c := range seen {
				if n := seen[c].Load(); n != 1 {
					t.Fatalf("%d threads: chunk %d ran %d times", threads, c, n)
				}
			}
		}
		p.Close()
	}
}

// TestConcurrentDo calls Do from several goroutines, each of which finds its own
// chunks done.
func TestConcurrentDo(t *testing.T) {
	p := New(3)
	defer p.Close()
	var callers sync.WaitGroup
	for k := range 4 {
		callers.Go(func() {
			for i := range 200 {
				var sum atomic.Int64
				p.Do(k+i%7, func(c, _ int) { sum.Add(int64(c)) })
				if n := int64(k + i%7); sum.Load() != n*(n-1)/2 {
					t.Errorf("sum %d of %d chunks", sum.Load(), n)
				}
			}
		})
	}
	callers.Wait()
}

// TestAllocations: a section takes no memory.
func TestAllocations(t *testing.T) {
	p := New(2)
	defer p.Close()
	f := func(int, int) {}
	if n := testing.AllocsPerRun(100, func() { p.Do(4, f) }); n != 0 {
		t.Errorf("%v allocations in a call of Do", n)
	}
}

// TestPanicOfWorker panics in a worker while the caller is held in its chunk.
func TestPanicOfWorker(t *testing.T) {
	p := New(2)
	defer p.Close()
	for range 20 {
		came := make(chan struct{})
		func() {
			defer func() {
				if v := recover(); v != "boom" {
					t.Errorf("recovered %v", v)
				}
			}()
			p.Do(2, func(_, w int) {
				if w == 1 {
					close(came)
					panic("boom")
				}
				<-came
			})
			t.Error("Do returned")
		}()
	}
}

func BenchmarkForkJoin(b *testing.B) {
	p := New(2)
	defer p.Close()
	for b.Loop() {
		p.Do(2, func(int, int) {})
	}
}
