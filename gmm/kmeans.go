package gmm

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas/blas64"

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
	label := make([]int, f.b)
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
// is nearer than what logp says, and returns how many labels changed.
func (f *fit) assign(centres []float64, label []int, from, to int) int {
	moved := make([]int, chunks(f.b))
	f.Pool.Do(len(moved), func(c, _ int) {
		for i := c * chunk; i < min((c+1)*chunk, f.b); i++ {
			x, old := f.sample(i), label[i]
			for j := from; j < to; j++ {
				d := 0.0
				for l, v := range centres[j*f.n : (j+1)*f.n] {
					d += (x[l] - v) * (x[l] - v)
				}
				if -d > f.logp[i] {
					f.logp[i], label[i] = -d, j
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
