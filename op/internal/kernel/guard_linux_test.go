package kernel

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"syscall"
	"testing"
	"unsafe"

	"github.com/condmean/condmean/internal/par"
)

// guarded copies x to memory whose neighbours on both sides may not be touched: it ends
// where its pages do, or begins where they do. It may be written unless it is read only.
func guarded(t *testing.T, x []float32, atEnd, readOnly bool) []float32 {
	t.Helper()
	if len(x) == 0 {
		return nil
	}
	page := os.Getpagesize()
	size := (4*len(x) + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Munmap(m); err != nil {
			t.Error(err)
		}
	})
	inner := m[page:][:size]
	protect := func(prot int) {
		if err := syscall.Mprotect(inner, prot); err != nil {
			t.Fatal(err)
		}
	}
	protect(syscall.PROT_READ | syscall.PROT_WRITE)
	all := unsafe.Slice((*float32)(unsafe.Pointer(&inner[0])), size/4)
	if atEnd {
		all = all[len(all)-len(x):]
	}
	all = all[:len(x):len(x)]
	copy(all, x)
	if readOnly {
		protect(syscall.PROT_READ)
	}
	return all
}

// TestGuardedConv holds for convolutions at the edges of tiles, with and without a
// prologue, that no pass touches memory beside its arguments and its scratch memory, or
// writes what it only reads: all of it lies in memory of its own, whose neighbours may
// not be touched. Results are bitwise those in memory as usual.
func TestGuardedConv(t *testing.T) {
	pool := par.New(1) // faults of its workers would end the process
	defer pool.Close()
	var specs []ConvSpec
	for h := winoTile; h <= 2*winoTile+1; h++ {
		for w := winoTile; w <= 2*winoTile+1; w++ {
			specs = append(specs, ConvSpec{In: Shape{1 + (h+w)%5, lane + h%2, h, w}, Out: lane + 3*(w%2), KH: 3, KW: 3})
		}
	}
	specs = append(specs, wideImages()...)
	specs = append(specs, fewTiles,
		ConvSpec{In: Shape{1, 48, 13, 11}, Out: 40, KH: 3, KW: 3}, // in bands
		ConvSpec{In: Shape{9, 130, 7, 6}, Out: 128, KH: 3, KW: 3}) // frequency by frequency
	for _, ti := range tiers() {
		if ti == generic { // Go checks its bounds
			continue
		}
		for i, c := range specs {
			t.Run(fmt.Sprintf("%s/%dx%d-%d", ti.name, c.In.H, c.In.W, i), func(t *testing.T) {
				checkGuarded(t, newWorkspace(pool, ti), c, rand.New(rand.NewPCG(13, uint64(i))))
			})
		}
	}
}

func checkGuarded(t *testing.T, w *Workspace, c ConvSpec, r *rand.Rand) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	k, err := NewConv(c, w)
	if err != nil {
		t.Fatal(err)
	}
	s, out := c.In, k.out
	weight, bias := random(r, c.Out*s.C*c.KH*c.KW), random(r, c.Out)
	x := blockedFrom(w, random(r, s.N*s.C*s.H*s.W), s)
	dy := blockedFrom(w, random(r, out.N*out.C*out.H*out.W), out)
	residual := blockedFrom(w, random(r, out.N*out.C*out.H*out.W), out)
	pre := Prologue{Scale: lanesOf(s, random(r, s.N*s.C)), Shift: lanesOf(s, random(r, s.N*s.C)), Mask: lanesOf(s, random(r, s.N*s.C))}
	for _, pre := range []Prologue{{}, pre, {Scale: pre.Scale, Shift: pre.Shift, Linear: true}} {
		var usual results
		for i, atEnd := range []bool{false, true, false} {
			read := func(x []float32) []float32 { return x }
			write := func(x []float32) []float32 { return x }
			if i > 0 {
				read = func(x []float32) []float32 { return guarded(t, x, atEnd, true) }
				write = func(x []float32) []float32 { return guarded(t, x, atEnd, false) }
				memory := []*buffers{&w.shared, &w.partial} // as large as it was the first time
				for i := range w.scratch {
					memory = append(memory, &w.scratch[i])
				}
				for _, m := range memory {
					for use := range m {
						m[use] = write(poison(len(m[use])))
					}
				}
				w.zero = read(w.zero)
			}
			got := results{write(poison(out.Len())), write(poison(s.Len())), write(poison(len(weight))), write(poison(c.Out))}
			x, dy := read(x), read(dy)
			pre := Prologue{Scale: read(pre.Scale), Shift: read(pre.Shift), Mask: read(pre.Mask), Linear: pre.Linear}
			k.forward, k.bias = nil, Alloc(len(k.bias))
			k.SetWeights(weight, bias)
			k.forward, k.bias = read(k.forward), read(k.bias)
			k.Forward(got.y, x, pre, read(residual), nil)
			k.SetWeightsBackward(weight)
			k.BackwardData(got.dx, dy, x, pre, nil)
			k.BackwardWeights(got.dw, got.db, dy, x, pre)
			if i == 0 {
				usual = got
			} else if what := usual.differ(got); what != "" {
				t.Errorf("%s differs in memory whose neighbours may not be touched", what)
			}
		}
	}
}
