package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

func random(n int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// TestAdd compares every tier with the plain triple loop, on shapes at and
// around the tiles' edges.
func TestAdd(t *testing.T) {
	for _, tr := range tiers() {
		for _, s := range [][3]int{{1, 1, 1}, {8, 24, 1}, {7, 23, 5}, {9, 25, 64}, {64, 64, 64}, {3, 100, 255}, {65, 49, 257}, {16, 48, 600}} {
			m, n, k := s[0], s[1], s[2]
			a, b, c := random(m*k, 1), random(k*n, 2), random(m*n+1, 3)
			want := slices.Clone(c)
			bt := make([]float64, n*k)
			for i := range m {
				for j := range n {
					for l := range k {
						want[i*n+j] += a[i*k+l] * b[l*n+j]
						bt[j*k+l] = b[l*n+j]
					}
				}
			}
			var w Workspace
			for _, p := range []*Matrix{
				pack(tr, b, k, n, func(i, j int) int { return i*n + j }),
				pack(tr, bt, k, n, func(i, j int) int { return j*k + i }),
			} {
				got := slices.Clone(c)
				p.Add(got, a, m, &w)
				for i := range got {
					if math.Abs(got[i]-want[i]) > 1e-13*float64(k+10) {
						t.Fatalf("%s %v: element %d is %g, want %g", tr.name, s, i, got[i], want[i])
					}
				}
			}
		}
	}
}

// A row's result must not depend on the rows around it, to the last bit.
func TestRowsAreIndependent(t *testing.T) {
	const m, n, k = 21, 50, 300
	a, b := random(m*k, 1), random(k*n, 2)
	for _, tr := range tiers() {
		p := pack(tr, b, k, n, func(i, j int) int { return i*n + j })
		var w Workspace
		all := make([]float64, m*n)
		p.Add(all, a, m, &w)
		for i := range m {
			one := make([]float64, n)
			p.Add(one, a[i*k:(i+1)*k], 1, &w)
			if !slices.Equal(one, all[i*n:(i+1)*n]) {
				t.Fatalf("%s: row %d alone has other bits", tr.name, i)
			}
		}
	}
}

func TestPackAndPackTransposedAgree(t *testing.T) {
	b := []float64{1, 2, 3, 4, 5, 6} // (2,3)
	bt := []float64{1, 4, 2, 5, 3, 6}
	if !slices.Equal(Pack(b, 2, 3).data, PackTransposed(bt, 2, 3).data) {
		t.Error("packed forms differ")
	}
}

func TestChoose(t *testing.T) {
	ts := tiers()
	if choose("", ts) != ts[0] || choose("no such tier", ts) != ts[0] || choose("generic", ts) != generic {
		t.Error("wrong tier")
	}
}

func TestMisuse(t *testing.T) {
	for name, f := range map[string]func(){
		"short B": func() { Pack(make([]float64, 5), 2, 3) },
		"short C": func() { Pack(make([]float64, 6), 2, 3).Add(make([]float64, 2), make([]float64, 2), 1, new(Workspace)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is accepted", name)
				}
			}()
			f()
		}()
	}
}

// BenchmarkAdd includes gonum's product for comparison.
func BenchmarkAdd(b *testing.B) {
	for _, s := range [][3]int{{64, 64, 64}, {64, 8192, 64}, {64, 784, 784}} {
		m, n, k := s[0], s[1], s[2]
		x, y, c := random(m*k, 1), random(k*n, 2), make([]float64, m*n)
		flops := func(b *testing.B) {
			b.ReportMetric(2*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		}
		for _, tr := range tiers() {
			p := pack(tr, y, k, n, func(i, j int) int { return i*n + j })
			b.Run(fmt.Sprintf("%dx%dx%d/%s", m, n, k, tr.name), func(b *testing.B) {
				var w Workspace
				for b.Loop() {
					p.Add(c, x, m, &w)
				}
				flops(b)
			})
		}
		b.Run(fmt.Sprintf("%dx%dx%d/gonum", m, n, k), func(b *testing.B) {
			g := func(r, c int, d []float64) blas64.General {
				return blas64.General{Rows: r, Cols: c, Stride: c, Data: d}
			}
			for b.Loop() {
				blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, g(m, k, x), g(k, n, y), 1, g(m, n, c))
			}
			flops(b)
		})
	}
}
