package dist

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"slices"
	"strings"
)

// Map returns f(0) … f(n-1). Rank r computes every Size-th of them from r on, and has
// those of the others from them: results do not depend on the number of ranks. What
// T holds must be exported. Where f fails on one rank, it is for the caller to end
// the others.
func Map[T any](g Group, n int, f func(i int) (T, error)) ([]T, error) {
	all := make([]T, n)
	for i := g.Rank(); i < n; i += g.Size() {
		var err error
		if all[i], err = f(i); err != nil {
			return nil, err
		}
	}
	if g.Size() == 1 {
		return all, nil
	}
	for root := range min(g.Size(), n) {
		var own []T
		for i := root; i < n; i += g.Size() {
			own = append(own, all[i])
		}
		if err := Tell(g, &own, root); err != nil {
			return nil, err
		}
		for k, v := range own {
			all[root+k*g.Size()] = v
		}
	}
	return all, nil
}

// Tell replaces v by that of the root, as encoding/gob carries it.
func Tell[T any](g Group, v *T, root int) error {
	if g.Size() == 1 {
		return nil
	}
	var text bytes.Buffer
	if g.Rank() == root {
		if err := gob.NewEncoder(&text).Encode(v); err != nil {
			return fmt.Errorf("dist: %w", err)
		}
	}
	size := []float64{float64(text.Len())}
	if err := g.Broadcast(raw(size), root); err != nil {
		return err
	}
	b := make([]byte, int(size[0]))
	copy(b, text.Bytes())
	if err := g.Broadcast(b, root); err != nil {
		return err
	}
	if g.Rank() == root {
		return nil
	}
	var got T
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&got); err != nil {
		return fmt.Errorf("dist: %w", err)
	}
	*v = got
	return nil
}

// Tell32 replaces x by that of the root.
func Tell32(g Group, x []float32, root int) error { return g.Broadcast(raw(x), root) }

// Tell64 replaces x by that of the root.
func Tell64(g Group, x []float64, root int) error { return g.Broadcast(raw(x), root) }

// Gather completes x, of which each rank has written the part that of names, by those
// of the others.
func Gather(g Group, x []float64, of func(rank int) (lo, hi int)) error {
	if g.Size() == 1 {
		return nil
	}
	for root := range g.Size() {
		lo, hi := of(root)
		if err := Tell64(g, x[lo:hi], root); err != nil {
			return err
		}
	}
	return nil
}

// Same fails on all ranks where a text of one differs from that of rank 0.
func Same(g Group, what, text string) error {
	first := text
	if err := Tell(g, &first, 0); err != nil {
		return err
	}
	other := make([]float64, g.Size())
	if first != text {
		other[g.Rank()] = 1
	}
	if err := g.AllReduceSum(other); err != nil {
		return err
	}
	rank := slices.Index(other, 1)
	if rank < 0 {
		return nil
	}
	theirs := text
	if err := Tell(g, &theirs, rank); err != nil {
		return err
	}
	a, b := differing(first, theirs)
	return fmt.Errorf("%s: not the same on rank %d as on rank 0: %.100q there, %.100q on rank 0", what, rank, b, a)
}

// differing returns the first lines in which two texts differ.
func differing(a, b string) (string, string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	i := 0
	for i < len(x)-1 && i < len(y)-1 && x[i] == y[i] {
		i++
	}
	return strings.TrimSpace(x[i]), strings.TrimSpace(y[i])
}

// First lets rank 0 do something before the others do it, as fetching files that
// they find then.
func First(g Group, f func() error) error {
	if Leads(g) {
		if err := f(); err != nil {
			return err
		}
		return g.Barrier()
	}
	if err := g.Barrier(); err != nil {
		return err
	}
	return f()
}
