package data

import (
	"context"
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
)

// openFresh opens a small mixture with or without new samples for each epoch.
func openFresh(t *testing.T, fresh bool) *Set {
	t.Helper()
	c := configs.Default().Data
	c.Dim, c.Components, c.Samples, c.Fresh = 4, 3, configs.Samples{Train: 10, Val: 5, Test: 5}, fresh
	set, err := Open(context.Background(), c, 7)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// epochBatches returns n batches of 4 from a cursor on, and the cursor behind each.
func epochBatches(t *testing.T, set *Set, from Cursor, n int) (x [][]float32, next []Cursor, epochs []int) {
	t.Helper()
	l, err := set.Loader(4, 7, from)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range n {
		b, err := l.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		x, next, epochs = append(x, slices.Clone(b.X)), append(next, b.Next), append(epochs, b.Epoch)
	}
	return x, next, epochs
}

// The first epoch has the samples of a split drawn once; the others have new
// ones, and every epoch can be begun anywhere.
func TestFresh(t *testing.T) {
	set, once := openFresh(t, true), openFresh(t, false)
	const n = 6 // three epochs of two batches
	x, next, epochs := epochBatches(t, set, Cursor{}, n)
	fixed, _, _ := epochBatches(t, once, Cursor{}, n)
	for i := range x {
		if got := slices.Equal(x[i], fixed[i]); got != (epochs[i] == 0) {
			t.Errorf("batch %d of epoch %d equals that of samples drawn once: %v", i, epochs[i], got)
		}
		if i > 0 {
			again, _, _ := epochBatches(t, set, next[i-1], 1)
			if !slices.Equal(again[0], x[i]) {
				t.Errorf("batch %d differs when it is the first one", i)
			}
		}
	}
	seen := map[float32]bool{}
	for _, b := range x {
		for _, v := range b {
			if seen[v] {
				t.Fatalf("value %v comes twice", v)
			}
			seen[v] = true
		}
	}
	for _, split := range []struct{ a, b Source }{{set.Val, once.Val}, {set.Test, once.Test}} {
		a, b := make([]float32, 4), make([]float32, 4)
		if err := split.a.Read(a, 3); err != nil {
			t.Fatal(err)
		}
		if err := split.b.Read(b, 3); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a, b) {
			t.Error("the other splits differ")
		}
	}
	if err := set.Train.Read(make([]float32, 4), 10); err == nil {
		t.Error("a sample beyond the split is read")
	}
}
