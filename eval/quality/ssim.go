package quality

import (
	"fmt"
	"math"
)

const (
	ssimSigma = 1.5 // of the Gaussian window, pixels
	ssimSide  = 11  // of the window
	ssimHalf  = ssimSide / 2
	ssimK1    = 0.01
	ssimK2    = 0.03
)

// SSIM returns the mean structural similarity of images (C,H,W), averaged over
// channels, as Wang et al. (IEEE Transactions on Image Processing, 2004) define
// it: means, variances and the covariance are weighted by a Gaussian window of
// 11×11 pixels with a standard deviation of 1.5, at all pixels around which that
// window is in the image; c₁ = (0.01·R)², c₂ = (0.03·R)².
//
// Along an axis of less than 11 pixels, all pixels count and the image is
// continued by reflection.
func SSIM(x, xhat []float64, shape [3]int, dataRange float64) float64 {
	checkPair(x, xhat, dataRange)
	n := shape[1] * shape[2]
	if shape[0]*n != len(x) {
		panic(fmt.Sprintf("quality: %d values do not fit the shape %v", len(x), shape))
	}
	s := newWindows(shape[1], shape[2])
	total := 0.0
	for at := 0; at < len(x); at += n {
		total += s.mean(x[at:][:n], xhat[at:][:n], dataRange)
	}
	return total / float64(shape[0])
}

// windows holds what one plane's windows need.
type windows struct {
	h, w    int
	weights [ssimSide]float64
	product []float64
	rows    []float64
	m       [5][]float64 // windowed means of x, x̂, x², x̂² and x·x̂
}

func newWindows(h, w int) *windows {
	s := &windows{h: h, w: w, product: make([]float64, h*w), rows: make([]float64, h*w)}
	total := 0.0
	for i := range s.weights {
		s.weights[i] = math.Exp(-float64((i-ssimHalf)*(i-ssimHalf)) / (2 * ssimSigma * ssimSigma))
		total += s.weights[i]
	}
	for i := range s.weights {
		s.weights[i] /= total
	}
	for i := range s.m {
		s.m[i] = make([]float64, h*w)
	}
	return s
}

// mean returns the mean similarity of one plane.
func (s *windows) mean(x, y []float64, dataRange float64) float64 {
	for k, pair := range [5][2][]float64{{x, nil}, {y, nil}, {x, x}, {y, y}, {x, y}} {
		copy(s.product, pair[0])
		for i, v := range pair[1] {
			s.product[i] *= v
		}
		s.filter(s.m[k], s.product)
	}
	c1, c2 := sq(ssimK1*dataRange), sq(ssimK2*dataRange)
	top, left := inset(s.h), inset(s.w)
	total := 0.0
	for r := top; r < s.h-top; r++ {
		for i := r*s.w + left; i < (r+1)*s.w-left; i++ {
			mx, my := s.m[0][i], s.m[1][i]
			vx, vy, cov := s.m[2][i]-mx*mx, s.m[3][i]-my*my, s.m[4][i]-mx*my
			total += (2*mx*my + c1) * (2*cov + c2) / ((mx*mx + my*my + c1) * (vx + vy + c2))
		}
	}
	return total / float64((s.h-2*top)*(s.w-2*left))
}

// inset is how far pixels must be from the ends of an axis to count.
func inset(n int) int {
	if n < ssimSide {
		return 0
	}
	return ssimHalf
}

// filter writes the windowed mean around every pixel.
func (s *windows) filter(dst, x []float64) {
	along(s.rows, x, s.h, s.w, 1, s.w, &s.weights)
	along(dst, s.rows, s.w, s.h, s.w, 1, &s.weights)
}

// along filters lines of n values that are stride apart; lines begin step apart.
// Values that do not count are left as they are.
func along(dst, x []float64, lines, n, stride, step int, weights *[ssimSide]float64) {
	margin := inset(n)
	for l := range lines {
		for i := margin; i < n-margin; i++ {
			sum := 0.0
			if margin > 0 {
				at := l*step + (i-ssimHalf)*stride
				for _, w := range weights {
					sum += w * x[at]
					at += stride
				}
			} else {
				for k, w := range weights {
					sum += w * x[l*step+symmetric(i+k-ssimHalf, n)*stride]
				}
			}
			dst[l*step+i*stride] = sum
		}
	}
}

// symmetric maps an index to [0,n) by reflection beyond the first and the last
// value, which are repeated.
func symmetric(i, n int) int {
	period := 2 * n
	if i %= period; i < 0 {
		i += period
	}
	return min(i, period-1-i)
}

func sq(x float64) float64 { return x * x }
