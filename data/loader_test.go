package data

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/condmean/condmean/configs"
)

// batches reads n batches, copied.
func batches(t *testing.T, l *Loader, n int) []Batch {
	t.Helper()
	var all []Batch
	for range n {
		b, err := l.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Batch{X: slices.Clone(b.X), IDs: slices.Clone(b.IDs), Epoch: b.Epoch, Next: b.Next})
	}
	return all
}

func same(a, b Batch) bool {
	return slices.Equal(a.X, b.X) && slices.Equal(a.IDs, b.IDs) && a.Epoch == b.Epoch && a.Next == b.Next
}

// slow is a source whose samples take longer the more often they are asked for.
type slow struct {
	Source
	reads atomic.Int64
}

func (s *slow) Read(dst []float32, index int) error {
	if s.reads.Add(1)%7 == 0 {
		time.Sleep(50 * time.Microsecond)
	}
	return s.Source.Read(dst, index)
}

// TestBatchesDependOnSeedAlone reads the same with any number of workers, and
// after a restart in the middle of an epoch, with every policy.
func TestBatchesDependOnSeedAlone(t *testing.T) {
	src := &memory{shape: []int{1, 4, 4}}
	for i := range 29 * 16 {
		src.data = append(src.data, float32(i))
	}
	for _, o := range []LoaderOptions{{}, {Wrap: true}, {Wrap: true, Augment: configs.Augment{Flip: true, Shift: 1}}} {
		start := func(workers int, from Cursor) *Loader {
			o.Workers = workers
			l, err := startLoader(&slow{Source: src}, Identity(16), 6, 9, from, o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(l.Close)
			return l
		}
		want := batches(t, start(1, Cursor{}), 20)
		for _, workers := range []int{0, 3, 8} {
			for i, b := range batches(t, start(workers, Cursor{}), 20) {
				if !same(b, want[i]) {
					t.Fatalf("%+v: batch %d differs with %d workers", o, i, workers)
				}
			}
		}
		for at, b := range want[:18] {
			for i, b := range batches(t, start(2, b.Next), 2) {
				if !same(b, want[at+1+i]) {
					t.Fatalf("%+v: batch %d differs after a restart behind batch %d", o, at+1+i, at)
				}
			}
		}
	}
}

func TestWrapLeavesNoSampleOut(t *testing.T) {
	l, err := startLoader(numbers(10), Identity(1), 4, 2, Cursor{}, LoaderOptions{Wrap: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var ids []int
	for _, b := range batches(t, l, 10) {
		ids = append(ids, b.IDs...)
	}
	for e := range 4 {
		epoch := slices.Clone(ids[10*e:][:10])
		slices.Sort(epoch)
		if !slices.Equal(epoch, count(10)) {
			t.Errorf("epoch %d holds %v", e, epoch)
		}
	}
}

// failing fails at one sample.
type failing struct{ Source }

var errBroken = errors.New("broken")

func (f failing) Read(dst []float32, index int) error {
	if index == 7 {
		return errBroken
	}
	return f.Source.Read(dst, index)
}

func TestLoaderReportsTheBatchThatFails(t *testing.T) {
	l, err := NewLoader(failing{numbers(12)}, Identity(1), 3, 1, Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	failures := 0
	for range 12 { // three epochs
		b, err := l.Next(context.Background())
		if errors.Is(err, errBroken) {
			failures++
		} else if err != nil || slices.Contains(b.IDs, 7) {
			t.Fatalf("batch %v, error %v", b, err)
		}
	}
	if failures != 3 {
		t.Errorf("%d of 3 broken batches are reported", failures)
	}
}

func TestCloseEndsAllGoroutines(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		l, err := startLoader(numbers(50), Identity(1), 5, 1, Cursor{}, LoaderOptions{Workers: 4})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
		l.Close()
		if _, err := l.Next(context.Background()); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v after Close", err)
		}
	}
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

func TestNextAllocatesNothing(t *testing.T) {
	l, err := NewLoader(numbers(10000), Identity(1), 10, 1, Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if n := testing.AllocsPerRun(500, func() {
		if _, err := l.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
	}); n >= 1 {
		t.Errorf("%v allocations a batch", n)
	}
}
