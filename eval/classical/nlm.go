package classical

import "math"

const (
	nlmPatch    = 5   // pixels along the side of a patch
	nlmDistance = 6   // pixels that patches are apart at most, along either axis
	nlmH        = 0.6 // of the filter, in units of σ
	nlmCutoff   = 5   // exponent beyond which a weight is zero
)

// NLM writes the average of the pixels whose surroundings look alike:
//
//	x̂_i = Σ_j w_ij·y_j / Σ_j w_ij,  w_ij = exp(-max(0, d_ij - 2σ²)/h²)
//
// over pixels j at most 6 away along either axis. d_ij is the mean square
// difference of the 5×5 patches around i and j over all channels, h = 0.6·σ.
// The image is continued by reflection.
func NLM(dst, y []float64, shape [3]int, sigma float64) {
	check(dst, y, shape)
	if !(sigma > 0) {
		copy(dst, y)
		return
	}
	nonLocalMeans(dst, y, shape, nlmPatch, nlmDistance, nlmH*sigma, sigma)
}

// nonLocalMeans is NLM with patches of side·side pixels (odd), which are at
// most distance apart.
func nonLocalMeans(dst, y []float64, shape [3]int, side, distance int, h, sigma float64) {
	channels, height, width := shape[0], shape[1], shape[2]
	half := side / 2
	pad := half + distance
	padded := make([]grid, channels)
	for c := range padded {
		padded[c] = reflected(grid{height, width, y[c*height*width:][:height*width]}, pad)
	}
	pixels := height * width
	weights := make([]float64, pixels)
	clear(dst)
	diff := newGrid(height+2*half, width+2*half) // square differences around the image
	sums := newGrid(height, width+2*half)        // of side rows
	scale := 1 / (float64(channels*side*side) * h * h)
	free := 2 * sigma * sigma / (h * h)
	for dr := -distance; dr <= distance; dr++ {
		for dc := -distance; dc <= distance; dc++ {
			squareDifferences(diff, padded, distance, dr, dc)
			boxRows(sums, diff, side)
			for r := range height {
				row := sums.x[r*sums.w:][:sums.w]
				box := 0.0
				for _, v := range row[:side-1] {
					box += v
				}
				for c := range width {
					box += row[c+side-1]
					d := max(box*scale-free, 0)
					box -= row[c]
					if d > nlmCutoff {
						continue
					}
					weight := math.Exp(-d)
					k := r*width + c
					weights[k] += weight
					for ch, p := range padded {
						dst[ch*pixels+k] += weight * p.x[(r+pad+dr)*p.w+c+pad+dc]
					}
				}
			}
		}
	}
	for k, v := range dst {
		dst[k] = v / weights[k%pixels]
	}
}

// squareDifferences writes the squares of image minus shifted image, summed
// over channels; its corner is (distance,distance) in the padded images.
func squareDifferences(dst grid, padded []grid, distance, dr, dc int) {
	clear(dst.x)
	for _, p := range padded {
		for r := range dst.h {
			a := p.x[(r+distance)*p.w+distance:][:dst.w]
			b := p.x[(r+distance+dr)*p.w+distance+dc:][:dst.w]
			out := dst.x[r*dst.w:][:dst.w]
			for c, v := range a {
				d := v - b[c]
				out[c] += d * d
			}
		}
	}
}

// boxRows sums side rows at a time.
func boxRows(dst, x grid, side int) {
	clear(dst.x)
	for r := range dst.h {
		out := dst.x[r*dst.w:][:dst.w]
		for k := range side {
			for c, v := range x.x[(r+k)*x.w:][:x.w] {
				out[c] += v
			}
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
