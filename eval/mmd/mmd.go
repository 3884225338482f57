// Package mmd compares two samples by their maximum mean discrepancy (Gretton et
// al., JMLR 2012):
//
//	MMD²(P,Q) = E k(x,x') - 2·E k(x,y) + E k(y,y'),  x,x' ~ P,  y,y' ~ Q
//
// with the kernel k(a,b) = exp(-‖a-b‖²/(2h²)), which makes it zero for P = Q
// alone. h is the median distance of the pooled samples. The estimate is
// unbiased, so it may be negative. Whether it is larger than chance explains is
// decided by permutations: samples are dealt to the two sides anew, at random.
package mmd

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/stat"

	"github.com/condmean/condmean/internal/rng"
)

// MaxSamples bounds the samples of both sides together: time and memory grow
// with the square of their number.
const MaxSamples = 8192

// Permutations is how many permutations Compare tries.
const Permutations = 500

// Result is a comparison.
type Result struct {
	MMD2      float64 // unbiased estimate of MMD²
	Null95    float64 // which 95 % of the permutations do not exceed
	StdErr    float64 // standard deviation over the permutations: that of the estimate if P = Q
	P         float64 // share of permutations, this one included, of at least MMD2
	Bandwidth float64 // h
	N, M      int     // samples on the two sides
}

// Compare compares samples x (n,dim) with y (m,dim), at least two of each. The
// permutations are a function of the seed.
func Compare(x, y []float64, dim int, seed uint64) (Result, error) {
	if dim < 1 || len(x)%dim != 0 || len(y)%dim != 0 {
		return Result{}, fmt.Errorf("mmd: %d and %d values are no samples of %d values", len(x), len(y), dim)
	}
	n, m := len(x)/dim, len(y)/dim
	if n < 2 || m < 2 || n+m > MaxSamples {
		return Result{}, fmt.Errorf("mmd: %d and %d samples; want at least 2 of each and at most %d in all", n, m, MaxSamples)
	}
	k := squareDistances(slices.Concat(x, y), dim)
	h, err := medianDistance(k)
	if err != nil {
		return Result{}, err
	}
	for i, d := range k.Data {
		k.Data[i] = math.Exp(-d / (2 * h * h))
	}
	// Column 0 marks the samples as they are, the others permutations.
	side := dense(n+m, Permutations+1)
	var r rng.Stream
	for p := range side.Cols {
		order := func(i int) int { return i }
		if p > 0 {
			r.Reset(seed, rng.Bootstrap, 0, uint64(p))
			perm := r.Rand().Perm(n + m)
			order = func(i int) int { return perm[i] }
		}
		for i := range n {
			side.Data[order(i)*side.Stride+p] = 1
		}
	}
	values := estimates(k, side, n, m)
	null := slices.Sorted(slices.Values(values[1:]))
	at, _ := slices.BinarySearch(null, values[0])
	return Result{
		MMD2: values[0], Null95: stat.Quantile(0.95, stat.Empirical, null, nil), StdErr: stat.StdDev(null, nil),
		P: float64(1+len(null)-at) / float64(1+len(null)), Bandwidth: h, N: n, M: m,
	}, nil
}

// estimates returns the unbiased estimate for each column of side, which is one
// for n of the samples and zero for the m others.
func estimates(k, side blas64.General, n, m int) []float64 {
	total := 0.0
	for _, v := range k.Data {
		total += v
	}
	product := dense(side.Rows, side.Cols)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, k, side, 0, product)
	within, across := make([]float64, side.Cols), make([]float64, side.Cols)
	for i, s := range side.Data {
		within[i%side.Cols] += s * product.Data[i]
		across[i%side.Cols] += (1 - s) * product.Data[i]
	}
	a, b := float64(n), float64(m)
	for p, xx := range within {
		yy := total - xx - 2*across[p]
		within[p] = (xx-a)/(a*(a-1)) + (yy-b)/(b*(b-1)) - 2*across[p]/(a*b) // k(x,x) = 1
	}
	return within
}

// squareDistances returns those of all pairs of rows.
func squareDistances(x []float64, dim int) blas64.General {
	n := len(x) / dim
	d := dense(n, n)
	rows := blas64.General{Rows: n, Cols: dim, Stride: dim, Data: x}
	blas64.Gemm(blas.NoTrans, blas.Trans, -2, rows, rows, 0, d)
	square := make([]float64, n)
	for i := range n {
		square[i] = -d.Data[i*n+i] / 2
	}
	for i := range d.Data {
		d.Data[i] = max(d.Data[i]+square[i/n]+square[i%n], 0)
	}
	for i := range n {
		d.Data[i*n+i] = 0
	}
	return d
}

// medianDistance returns the median over all pairs.
func medianDistance(square blas64.General) (float64, error) {
	n := square.Rows
	all := make([]float64, 0, n*(n-1)/2)
	for i := range n {
		all = append(all, square.Data[i*n+i+1:(i+1)*n]...)
	}
	slices.Sort(all)
	h := math.Sqrt(all[len(all)/2])
	if !(h > 0) || math.IsInf(h, 0) {
		return 0, fmt.Errorf("mmd: the median distance of the samples is %v", h)
	}
	return h, nil
}

func dense(rows, cols int) blas64.General {
	return blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
}
