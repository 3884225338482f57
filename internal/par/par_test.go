package par

import (
	"runtime"
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

func BenchmarkForkJoin(b *testing.B) {
	p := New(2)
	defer p.Close()
	for b.Loop() {
		p.Do(2, func(int, int) {})
	}
}
