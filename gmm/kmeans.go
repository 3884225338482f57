package gmm

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas/blas64"

	"github.com/condmean/condmean/internal/gemm"
	"github.com/condmean/condmean/internal/rng"
)

// lloydSteps bounds the k-means iterations that refine the start; EM does the
// rest.
const lloydSteps = 20

// kmeans fills resp with a hard clustering: k-means++ seeding (Arthur and
// Vassilvitskii, 2007), then Lloyd's iterations. logp becomes minus the squared
// distance to the centre.
func (f *fit) kmeans(ctx context.Context) error {
	k := f.Components
	centres := make([]float64, k*f.n)
	r := rng.New(f.Seed, rng.EM, 0, 0).Rand()
	for i := range f.logp {
		f.logp[i] = math.Inf(-1)
	}
	next := r.IntN(f.b)
	label := f.label
	for j := range k {
		if err := ctx.Err(); err != nil {
			return err
		}
		copy(centres[j*f.n:], f.sample(next))
		f.assign(centres, label, j, j+1)
		total := 0.0
		for _, v := range f.logp {
			total -= v
		}
		u := r.Float64() * total
		next = f.b - 1 // should rounding leave u above the sum
		for i, v := range f.logp {
			if u += v; u < 0 {
				next = i
				break
			}
		}
	}
	for range lloydSteps {
		if err := ctx.Err(); err != nil {
			return err
		}
		f.centre(centres, label)
		for i := range f.logp {
			f.logp[i] = math.Inf(-1)
		}
		if f.assign(centres, label, 0, k) == 0 {
			break
		}
	}
	clear(f.resp)
	for i, j := range label {
		f.resp[i*k+j] = 1
	}
	return nil
}

// assign moves every sample to the nearest of the centres from … to-1, if one
// is nearer than what logp says, and returns how many labels changed. Distances
// are ‖x‖² - 2x·c + ‖c‖².
func (f *fit) assign(centres []float64, label []int, from, to int) int {
	cols := to - from
	some := centres[from*f.n : to*f.n]
	packed := gemm.PackTransposed(some, f.n, cols)
	norm := make([]float64, cols)
	for j := range norm {
		norm[j] = square(some[j*f.n : (j+1)*f.n])
	}
	type scratch struct {
		dot  []float64
		gemm gemm.Workspace[float64]
	}
	work := make([]scratch, f.Pool.Threads())
	moved := make([]int, chunks(f.b))
	f.Pool.Do(len(moved), func(c, worker int) {
		s := &work[worker]
		if s.dot == nil {
			s.dot = make([]float64, chunk*cols)
		}
		clear(s.dot)
		lo, hi := c*chunk, min((c+1)*chunk, f.b)
		packed.Add(s.dot, f.x[lo*f.n:hi*f.n], hi-lo, &s.gemm)
		for i := lo; i < hi; i++ {
			old, x2 := label[i], square(f.sample(i))
			for j, dot := range s.dot[(i-lo)*cols : (i-lo+1)*cols] {
				if d := max(x2-2*dot+norm[j], 0); -d > f.logp[i] {
					f.logp[i], label[i] = -d, from+j
				}
			}
			if label[i] != old {
				moved[c]++
			}
		}
	})
	sum := 0
	for _, v := range moved {
		sum += v
	}
	return sum
}

func square(x []float64) float64 { return blas64.Dot(vector(x), vector(x)) }

// centre moves every centre to the mean of its samples; a centre without any
// stays where it is.
func (f *fit) centre(centres []float64, label []int) {
	k := f.Components
	sum, count := make([]float64, k*f.n), make([]float64, k)
	for i, j := range label {
		count[j]++
		blas64.Axpy(1, vector(f.sample(i)), vector(sum[j*f.n:(j+1)*f.n]))
	}
	for j, c := range count {
		if c > 0 {
			for l, v := range sum[j*f.n : (j+1)*f.n] {
				centres[j*f.n+l] = v / c
			}
		}
	}
}
