package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/isa"
	"github.com/condmean/condmean/internal/par"
)

func random[T Float](n int, seed uint64) []T {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([]T, n)
	for i := range x {
		x[i] = T(r.NormFloat64())
	}
	return x
}

func transpose[T Float](x []T, rows, cols int) []T {
	y := make([]T, len(x))
	for i := range rows {
		for j := range cols {
			y[j*rows+i] = x[i*cols+j]
		}
	}
	return y
}

// sizes are (m,n,k) at and around the edges of tiles and blocks.
var sizes = [][3]int{{1, 1, 1}, {8, 24, 1}, {7, 23, 5}, {9, 25, 64}, {64, 64, 64}, {3, 100, 255}, {65, 49, 257}, {16, 48, 600},
	{14, 32, 16}, {15, 33, 17}, {13, 31, 15}, {29, 128, 31}, {1, 300, 256}, {61, 1, 513}, {57, 530, 40}}

func TestMul(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testMul[float32](t, 1e-6) })
	t.Run("float64", func(t *testing.T) { testMul[float64](t, 1e-15) })
}

// testMul compares every tier, and every way to give the factors, with the plain
// triple loop in float64; and demands the same bits of all ways and of any
// number of threads. tol is for one multiplication.
func testMul[T Float](t *testing.T, tol float64) {
	pool := par.New(3)
	defer pool.Close()
	for _, tr := range tiers[T]() {
		for _, s := range sizes {
			m, n, k := s[0], s[1], s[2]
			a, b, c, bias := random[T](m*k, 1), random[T](k*n, 2), random[T](m*n, 3), random[T](n, 4)
			product := make([]float64, m*n)
			for i := range m {
				for l := range k {
					for j := range n {
						product[i*n+j] += float64(a[i*k+l]) * float64(b[l*n+j])
					}
				}
			}
			at, bt := transpose(a, m, k), transpose(b, k, n)
			for _, o := range []Output[T]{{}, {Bias: bias}, {Add: true}} {
				var first []T
				for variant := range 8 {
					left := Left[T]{Data: a}
					if variant&1 != 0 {
						left = Left[T]{Data: at, Transposed: true}
					}
					w := new(Workspace[T])
					if variant&4 != 0 {
						w.Pool = pool
					}
					p := newMatrix(tr, k, n)
					fillNaN(p.data)
					if variant&2 == 0 {
						p.Set(b, w)
					} else {
						p.SetTransposed(bt, w)
					}
					got := append(slices.Clone(c), 7)
					covered := make([]int, m*n)
					o.Then = nil
					if w.Pool == nil {
						o.Then = func(i0, i1, j0, j1 int) {
							for i := i0; i < i1; i++ {
								for j := j0; j < j1; j++ {
									covered[i*n+j]++
								}
							}
						}
					}
					for range 2 { // the second run meets used memory
						copy(got, c)
						p.Mul(got, left, m, o, w)
					}
					if got[m*n] != 7 {
						t.Fatalf("%s %v: wrote behind C", tr.name, s)
					}
					if o.Then != nil && (slices.Max(covered) != 2 || slices.Min(covered) != 2) {
						t.Fatalf("%s %v: Then covers elements %d to %d times in 2 runs", tr.name, s, slices.Min(covered), slices.Max(covered))
					}
					if first == nil {
						first = got
					}
					if !slices.Equal(got, first) {
						t.Fatalf("%s %v: variant %03b has other bits", tr.name, s, variant)
					}
				}
				for i, v := range product {
					switch {
					case o.Add:
						v += float64(c[i])
					case o.Bias != nil:
						v += float64(bias[i%n])
					}
					if e := math.Abs(float64(first[i]) - v); !(e <= tol*10*math.Sqrt(float64(k+10))) {
						t.Fatalf("%s %v add=%v bias=%v: element %d is %g, want %g", tr.name, s, o.Add, o.Bias != nil, i, first[i], v)
					}
				}
			}
		}
	}
}

func fillNaN[T Float](x []T) {
	for i := range x {
		x[i] = T(math.NaN())
	}
}

// A row's result must not depend on the rows around it, to the last bit.
func TestRowsAreIndependent(t *testing.T) {
	const m, n, k = 21, 50, 300
	a, b := random[float32](m*k, 1), random[float32](k*n, 2)
	for _, tr := range tiers[float32]() {
		p := newMatrix(tr, k, n)
		p.Set(b, nil)
		var w Workspace[float32]
		all := make([]float32, m*n)
		p.Mul(all, Left[float32]{Data: a}, m, Output[float32]{}, &w)
		for i := range m {
			one := make([]float32, n)
			p.Mul(one, Left[float32]{Data: a[i*k : (i+1)*k]}, 1, Output[float32]{}, &w)
			if !slices.Equal(one, all[i*n:(i+1)*n]) {
				t.Fatalf("%s: row %d alone has other bits", tr.name, i)
			}
		}
	}
}

// A matrix that is resized holds nothing of what it was.
func TestResize(t *testing.T) {
	var m Matrix[float32]
	for _, s := range [][2]int{{3, 50}, {40, 7}, {1, 1}, {300, 33}} {
		b := random[float32](s[0]*s[1], 5)
		m.Resize(s[0], s[1])
		m.Set(b, nil)
		if want := Pack(b, s[0], s[1]); !slices.Equal(m.data, want.data) {
			t.Errorf("%v: packed otherwise after a resize", s)
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

// Every instruction set must have kernels of its own for both types.
func TestTiers(t *testing.T) {
	want := isa.Available()
	for i, tr := range tiers[float32]() {
		if tr.name != want[i] || tiers[float64]()[i].name != want[i] {
			t.Errorf("tier %d is %s and %s, want %s", i, tr.name, tiers[float64]()[i].name, want[i])
		}
	}
	if got := len(tiers[float32]()); got != len(want) || len(tiers[float64]()) != got {
		t.Errorf("%d tiers, want %d", got, len(want))
	}
}

// A set that is not there is refused as everywhere.
func TestCheckRefuses(t *testing.T) {
	before := chosen
	t.Cleanup(func() { chosen = before })
	t.Setenv(isa.Variable, "avx9")
	chosen = isa.Chosen
	if err := Check(); !configs.IsUsage(err) || !strings.Contains(err.Error(), "CONDMEAN_KERNEL=\"avx9\"") {
		t.Errorf("error %v; want a usage error that names the variable", err)
	}
}

func TestMisuse(t *testing.T) {
	for name, f := range map[string]func(){
		"short B": func() { Pack(make([]float64, 5), 2, 3) },
		"empty B": func() { Pack([]float64{}, 0, 3) },
		"short C": func() {
			Pack(make([]float64, 6), 2, 3).Add(make([]float64, 2), make([]float64, 2), 1, new(Workspace[float64]))
		},
		"short bias": func() {
			Pack(make([]float64, 6), 2, 3).Mul(make([]float64, 3), Left[float64]{Data: make([]float64, 2)}, 1,
				Output[float64]{Bias: make([]float64, 2)}, new(Workspace[float64]))
		},
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

// BenchmarkMul includes what a loop of multiply-adds on data in the first cache
// reaches, of which products are reported as a share, and gonum's product. "packed"
// leaves the packing of B out.
func BenchmarkMul(b *testing.B) {
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) {
			b.Run("float32", func(b *testing.B) {
				benchMul[float32](b, threads, [][3]int{{512, 256, 512}, {512, 512, 1024}, {512, 1024, 256}, {512, 256, 256}, {1, 1024, 256}})
			})
			b.Run("float64", func(b *testing.B) {
				benchMul[float64](b, threads, [][3]int{{64, 64, 64}, {64, 8192, 64}, {64, 784, 784}})
			})
		})
	}
}

func benchMul[T Float](b *testing.B, threads int, sizes [][3]int) {
	pool := par.New(threads)
	defer pool.Close()
	rate := func(b *testing.B, flop int) float64 {
		r := float64(flop) * float64(b.N) / b.Elapsed().Seconds() / 1e9
		b.ReportMetric(r, "GFLOP/s")
		return r
	}
	limit := map[string]float64{} // by tier, as far as it has been measured
	for _, tr := range tiers[T]() {
		if tr.name == isa.Generic {
			continue
		}
		b.Run("multiply-add/"+tr.name, func(b *testing.B) {
			const repeat, kb = 1000, 64
			ts := make([]tile[T], threads)
			for i := range ts {
				ts[i] = tile[T]{rows: tr.mr, kb: kb, aRow: kb, aCol: 1, row: tr.nr, add: true,
					a: random[T](tr.mr*kb, 1), b: aligned[T](tr.nr * kb), c: aligned[T](tr.mr * tr.nr)}
				copy(ts[i].b, random[T](tr.nr*kb, 2))
			}
			for b.Loop() {
				pool.Do(threads, func(i, _ int) {
					for range repeat {
						tr.tile(ts[i])
					}
				})
			}
			limit[tr.name] = rate(b, 2*threads*repeat*tr.mr*tr.nr*kb)
		})
	}
	for _, s := range sizes {
		m, n, k := s[0], s[1], s[2]
		x, y, c := random[T](m*k, 1), random[T](k*n, 2), make([]T, m*n)
		for _, tr := range tiers[T]() {
			w := NewWorkspace[T](pool)
			p := newMatrix(tr, k, n)
			run := func(form string, pack func(), left Left[T]) {
				b.Run(fmt.Sprintf("%dx%dx%d/%s/%s", m, n, k, form, tr.name), func(b *testing.B) {
					pack()
					for b.Loop() {
						if form != "packed" {
							pack()
						}
						p.Mul(c, left, m, Output[T]{}, w)
					}
					if r := rate(b, 2*m*n*k); limit[tr.name] > 0 {
						b.ReportMetric(r/limit[tr.name], "of-multiply-add")
					}
				})
			}
			run("packed", func() { p.Set(y, w) }, Left[T]{Data: x})
			run("AB", func() { p.Set(y, w) }, Left[T]{Data: x})
			run("ABt", func() { p.SetTransposed(y, w) }, Left[T]{Data: x})
			run("AtB", func() { p.Set(y, w) }, Left[T]{Data: x, Transposed: true})
		}
		if threads == 1 {
			b.Run(fmt.Sprintf("%dx%dx%d/gonum", m, n, k), func(b *testing.B) {
				for b.Loop() {
					switch x := any(x).(type) {
					case []float32:
						g := func(r, c int, d []float32) blas32.General {
							return blas32.General{Rows: r, Cols: c, Stride: c, Data: d}
						}
						blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, g(m, k, x), g(k, n, any(y).([]float32)), 0, g(m, n, any(c).([]float32)))
					case []float64:
						g := func(r, c int, d []float64) blas64.General {
							return blas64.General{Rows: r, Cols: c, Stride: c, Data: d}
						}
						blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, g(m, k, x), g(k, n, any(y).([]float64)), 0, g(m, n, any(c).([]float64)))
					}
				}
				rate(b, 2*m*n*k)
			})
		}
	}
}
