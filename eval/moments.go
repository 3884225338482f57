package eval

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/condmean/condmean/data"
)

const (
	maxMomentDim     = 4096   // the covariance of more values takes too much memory and time
	maxMomentSamples = 20_000 // of the train split; more change the LMMSE by less than its interval
)

// trainMoments estimates the mean and the covariance, shrunk, of normalised
// samples from the train split.
func trainMoments(ctx context.Context, set *data.Set) (Moments, error) {
	d := set.Dim()
	if d > maxMomentDim {
		return Moments{}, fmt.Errorf("eval: lmmse needs the covariance of %d values, more than %d", d, maxMomentDim)
	}
	n := min(set.Train.Len(), maxMomentSamples)
	m := Moments{Mean: make([]float64, d), Cov: make([]float64, d*d)}
	square := blas64.Symmetric{N: d, Stride: d, Data: m.Cov, Uplo: blas.Upper}
	at, x := data.Spread(set.Train, n), make([]float64, batch*d)
	for first := 0; first < n; first += batch {
		if err := ctx.Err(); err != nil {
			return Moments{}, err
		}
		b := x[:min(batch, n-first)*d]
		if err := set.ReadAt(b, set.Train, at[first:][:len(b)/d]); err != nil {
			return Moments{}, err
		}
		for row := range slices.Chunk(b, d) {
			for k, v := range row {
				m.Mean[k] += v / float64(n)
			}
		}
		blas64.Syrk(blas.Trans, 1/float64(n), blas64.General{Rows: len(b) / d, Cols: d, Stride: d, Data: b}, 1, square)
	}
	for i := range d {
		for j := i; j < d; j++ {
			v := m.Cov[i*d+j] - m.Mean[i]*m.Mean[j]
			m.Cov[i*d+j], m.Cov[j*d+i] = v, v
		}
	}
	m.Shrinkage = shrink(m.Cov, d, n)
	return m, nil
}
