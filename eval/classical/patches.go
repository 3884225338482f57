package classical

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

const (
	largestPatch  = 8
	patchesEach   = 10      // patches wanted for each value of one
	maxPatches    = 1 << 16 // used; of more, only some
	patchesAtOnce = 1 << 10
)

// patches are all square patches of images, C·side·side values each; on lines
// they are lines of side² values.
type patches struct {
	y             []float64
	shape         [3]int
	height, width int // of a patch
}

func newPatches(y []float64, shape [3]int, side int) patches {
	p := patches{y, shape, side, side}
	if shape[1] == 1 {
		p.height, p.width = 1, side*side
	}
	return p
}

func (p patches) dim() int     { return p.shape[0] * p.height * p.width }
func (p patches) rows() int    { return max(p.shape[1]-p.height+1, 0) }
func (p patches) columns() int { return max(p.shape[2]-p.width+1, 0) }

func (p patches) count() int {
	return len(p.y) / (p.shape[0] * p.shape[1] * p.shape[2]) * p.rows() * p.columns()
}

// read copies patch i.
func (p patches) read(dst []float64, i int) {
	h, w := p.shape[1], p.shape[2]
	each := p.rows() * p.columns()
	at := i/each*p.shape[0]*h*w + i%each/p.columns()*w + i%p.columns()
	for c := range p.shape[0] {
		for r := range p.height {
			dst = dst[copy(dst, p.y[at+(c*h+r)*w:][:p.width]):]
		}
	}
}

// fittingPatches returns the largest patches of which there are enough.
func fittingPatches(y []float64, shape [3]int) patches {
	for side := largestPatch; ; side-- {
		p := newPatches(y, shape, side)
		if side == 1 || p.count() >= patchesEach*p.dim() {
			return p
		}
	}
}

// eigenvalues returns those of the covariance of the patches, smallest first.
func (p patches) eigenvalues() []float64 {
	d, n := p.dim(), p.count()
	every := (n + maxPatches - 1) / maxPatches
	if every > 1 {
		every |= 1 // an odd number does not fall into step with even widths
	}
	mean := make([]float64, d)
	cov := mat.NewSymDense(d, nil)
	x := make([]float64, patchesAtOnce*d)
	used, held := 0, 0
	flush := func() {
		blas64.Syrk(blas.Trans, 1, blas64.General{Rows: held, Cols: d, Stride: d, Data: x[:held*d]}, 1, cov.RawSymmetric())
		held = 0
	}
	for i := 0; i < n; i += every {
		row := x[held*d:][:d]
		p.read(row, i)
		for k, v := range row {
			mean[k] += v
		}
		used++
		if held++; held == patchesAtOnce {
			flush()
		}
	}
	flush()
	for i := range d {
		for j := i; j < d; j++ {
			cov.SetSym(i, j, (cov.At(i, j)-mean[i]*mean[j]/float64(used))/float64(used))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(cov, false) {
		return nil // not finite
	}
	values := e.Values(nil)
	slices.Sort(values)
	return values
}

// checkSamples panics unless y holds at least one image.
func checkSamples(y []float64, shape [3]int) {
	if n := shape[0] * shape[1] * shape[2]; n < 1 || len(y) == 0 || len(y)%n != 0 {
		panic(fmt.Sprintf("classical: %d values are no images of shape %v", len(y), shape))
	}
}
