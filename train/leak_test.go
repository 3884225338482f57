package train

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// Runs, finished or stopped by an error, leave no goroutine behind.
func TestNoGoroutineLeaks(t *testing.T) {
	run := func(spoiled bool) {
		c := tiny()
		c.Threads = 2
		if spoiled {
			c.Train.LR, c.Train.Clip, c.Train.Warmup = 1e30, 0, 0
		}
		_, err := Run(context.Background(), c, Options{Out: filepath.Join(t.TempDir(), "run")})
		if (err != nil) != spoiled {
			t.Fatal(err)
		}
	}
	run(false) // what starts once stays
	before := runtime.NumGoroutine()
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		run(false)
		run(true)
	}
	// Workers that were told to stop may take a moment.
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// A step allocates little, and nothing that stays: the heap after many steps is
// that after few.
func TestMemoryIsFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	c := tiny()
	c.Train.Steps, c.Train.ValEvery, c.Train.LogEvery = 1500, 100, 100
	c.Checkpoint.EverySteps, c.Checkpoint.Keep = 500, 1
	var heap []uint64
	probe := probeFunc(func() {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = append(heap, m.HeapAlloc)
	})
	mustRun(t, c, Options{Out: filepath.Join(t.TempDir(), "run"), Err: probe})
	early, late := heap[2], heap[len(heap)-1]
	if float64(late) > 1.05*float64(early)+256<<10 {
		t.Errorf("the heap grew from %d to %d bytes", early, late)
	}
}

// probeFunc is called at each line of progress.
type probeFunc func()

func (f probeFunc) Write(b []byte) (int, error) {
	f()
	return len(b), nil
}
