package bm3d

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// transform is a linear transform of blocks that is separable: B ↦ F·B·Fᵀ. Each row
// of F has length one, so that white noise keeps its standard deviation in every
// coefficient, and the first is constant: coefficient 0 is the block's mean but for
// a factor, and no other depends on it.
type transform struct {
	forward, inverse matrix
	noise            *covariances
}

var (
	dct    = newTransform(dctMatrix())
	bior15 = newTransform(bior15Matrix())
)

// matrix is one of Side·Side, row by row.
type matrix block

func newTransform(f matrix) *transform {
	for r := range Side {
		row := f[r*Side:][:Side]
		square := 0.0
		for _, v := range row {
			square += v * v
		}
		for i := range row {
			row[i] /= math.Sqrt(square)
		}
	}
	t := &transform{forward: f}
	inverse := mat.NewDense(Side, Side, t.inverse[:])
	if err := inverse.Inverse(mat.NewDense(Side, Side, f[:])); err != nil {
		panic(err)
	}
	t.noise = newCovariances(&t.forward)
	return t
}

// dctMatrix returns the discrete cosine transform.
func dctMatrix() (f matrix) {
	for k := range Side {
		for i := range Side {
			f[k*Side+i] = math.Cos(math.Pi * float64(k) * (float64(i) + 0.5) / Side)
		}
	}
	return f
}

// bior15Low is the low-pass filter for analysis of the biorthogonal spline wavelet
// bior1.5 (Cohen, Daubechies and Feauveau 1992) but for a factor; the high-pass
// filter is Haar's.
var bior15Low = []float64{3, -3, -22, 22, 128, 128, 22, -22, -3, 3}

// bior15Matrix returns the wavelet transform of all three levels, coarsest first;
// lines are continued periodically.
func bior15Matrix() (f matrix) {
	for i := range Side {
		x := make([]float64, Side)
		x[i] = 1
		for n := Side; n > 1; n /= 2 {
			low := make([]float64, n/2)
			for k := range low {
				for j, h := range bior15Low {
					low[k] += h / 256 * x[(2*k+j-4+Side)%n]
				}
				f[(n/2+k)*Side+i] = x[2*k] - x[2*k+1]
			}
			x = low
		}
		f[i] = x[0]
	}
	return f
}

// apply transforms a block in place: B ← M·B·Mᵀ.
func (m *matrix) apply(b *block) {
	var half block // (M·B)ᵀ, then its transform likewise
	m.columns(&half, b)
	m.columns(b, &half)
}

// columns writes (M·B)ᵀ.
func (m *matrix) columns(dst, b *block) {
	for c := range Side {
		x0, x1, x2, x3 := b[c], b[Side+c], b[2*Side+c], b[3*Side+c]
		x4, x5, x6, x7 := b[4*Side+c], b[5*Side+c], b[6*Side+c], b[7*Side+c]
		for r := range Side {
			f := (*[Side]float64)(m[r*Side:])
			dst[c*Side+r] = (f[0]*x0 + f[1]*x1 + f[2]*x2 + f[3]*x3) + (f[4]*x4 + f[5]*x5 + f[6]*x6 + f[7]*x7)
		}
	}
}
