package classical

import "math"

const (
	nlmPatch    = 4 // pixels along the side of a patch
	nlmBefore   = 1 // of them, pixels above and left of the one it belongs to
	nlmDistance = 6 // pixels that patches are apart at most, along either axis
	nlmH        = 1 // of the filter, in units of σ
	nlmCutoff   = 5 // exponent beyond which a weight is zero
	nlmPad      = nlmDistance + nlmPatch
)

// NLM writes the average of the pixels whose surroundings look alike:
//
//	x̂_i = Σ_j w_ij·y_j / Σ_j w_ij,  w_ij = exp(-max(0, d_ij - 2σ²)/h²)
//
// over pixels j at most 6 away along either axis. d_ij is the mean square
// difference of the 4×4 patches around i and j over all channels; h = σ. The
// image is continued by reflection.
//
// It is scikit-image's fast mode with patch_size=5 and h = 0.8·σ, whose patches
// have 4×4 pixels but are normalised as if they had 5×5.
func NLM(dst, y []float64, shape [3]int, sigma float64) {
	check(dst, y, shape)
	if !(sigma > 0) {
		copy(dst, y)
		return
	}
	channels, height, width := shape[0], shape[1], shape[2]
	pixels := height * width
	padded := make([]grid, channels)
	for c := range padded {
		padded[c] = reflected(grid{height, width, y[c*pixels:][:pixels]}, nlmPad)
	}
	clear(dst)
	weights := make([]float64, pixels)
	square := newGrid(height+nlmPatch-1, width+nlmPatch-1) // differences, from (-nlmBefore,-nlmBefore) on
	rows := make([]float64, square.w)
	by, free := 1/(float64(channels*nlmPatch*nlmPatch)*sq(nlmH*sigma)), 2/sq(nlmH)
	for dr := -nlmDistance; dr <= nlmDistance; dr++ {
		for dc := -nlmDistance; dc <= nlmDistance; dc++ {
			squareDifferences(square, padded, dr, dc)
			for r := range height {
				sumRows(rows, square, r)
				for c := range width {
					d := 0.0
					for _, v := range rows[c:][:nlmPatch] {
						d += v
					}
					if d = max(d*by-free, 0); d > nlmCutoff {
						continue
					}
					weight := math.Exp(-d)
					k := r*width + c
					weights[k] += weight
					for ch, p := range padded {
						dst[ch*pixels+k] += weight * p.x[(r+nlmPad+dr)*p.w+c+nlmPad+dc]
					}
				}
			}
		}
	}
	for k := range dst {
		dst[k] /= weights[k%pixels]
	}
}

// squareDifferences writes the squares of image minus image shifted by (dr,dc),
// summed over channels.
func squareDifferences(dst grid, padded []grid, dr, dc int) {
	const corner = nlmPad - nlmBefore
	clear(dst.x)
	for _, p := range padded {
		for r := range dst.h {
			out := dst.x[r*dst.w:][:dst.w]
			a := p.x[(r+corner)*p.w+corner:][:dst.w]
			b := p.x[(r+corner+dr)*p.w+corner+dc:][:dst.w]
			for c, v := range a {
				d := v - b[c]
				out[c] += d * d
			}
		}
	}
}

// sumRows sums the rows of x that a patch has from row r on.
func sumRows(dst []float64, x grid, r int) {
	clear(dst)
	for i := range nlmPatch {
		for c, v := range x.x[(r+i)*x.w:][:x.w] {
			dst[c] += v
		}
	}
}

// reflected returns the plane with pad more rows and columns on all sides.
func reflected(g grid, pad int) grid {
	p := newGrid(g.h+2*pad, g.w+2*pad)
	for r := range p.h {
		from := g.x[reflect(r-pad, g.h)*g.w:][:g.w]
		for c := range p.w {
			p.x[r*p.w+c] = from[reflect(c-pad, g.w)]
		}
	}
	return p
}

func sq(x float64) float64 { return x * x }
