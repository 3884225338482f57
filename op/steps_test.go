package op

import (
	"fmt"
	"testing"

	G "gorgonia.org/gorgonia"
)

// chain returns a program of n operations that do next to nothing, one after the other.
func chain(tb testing.TB, n int) *Program {
	tb.Helper()
	rt, err := NewRuntime(1)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(rt.Close)
	g := G.NewGraph()
	one := NewInput(g, "one", []float32{1}, 1)
	y := one
	for range n {
		if y, err = Add(rt, y, one); err != nil {
			tb.Fatal(err)
		}
	}
	p, err := NewProgram(y)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := p.Close(); err != nil {
			tb.Error(err)
		}
	})
	return p
}

// Runs compute each operation once, from the values that leaves have by then.
func TestSteps(t *testing.T) {
	for _, n := range []int{1, 2, 50} {
		p := chain(t, n)
		leaf := floats(Nodes(p.Outputs()...)[0].Value())
		for _, v := range []float32{1, 3} {
			leaf[0] = v
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			if got, want := p.Output(0)[0], v*float32(n+1); got != want {
				t.Errorf("%d sums of %v: %v, want %v", n, v, got, want)
			}
		}
	}
}

// An operation more costs what it does itself, and no allocation but its own.
func TestStepsAllocateLittle(t *testing.T) {
	allocations := func(n int) float64 {
		p := chain(t, n)
		return testing.AllocsPerRun(20, func() {
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
		})
	}
	const own = 2 // the function that a sum hands to the pool, and what that holds
	if few, many := allocations(10), allocations(110); many-few > 100*own {
		t.Errorf("10 sums take %v allocations and 110 %v, want at most %d each", few, many, own)
	}
}

// BenchmarkSteps is a program of operations of a few nanoseconds, for what lies between.
func BenchmarkSteps(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := chain(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/node")
		})
	}
}
