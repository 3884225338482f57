package classical

import (
	"math"
	"math/bits"
)

// wavelet is an orthogonal wavelet by its low-pass filter for synthesis.
type wavelet struct{ low []float64 }

var (
	haar = wavelet{[]float64{math.Sqrt2 / 2, math.Sqrt2 / 2}}
	db2  = wavelet{[]float64{
		(1 + sqrt3) / (4 * math.Sqrt2), (3 + sqrt3) / (4 * math.Sqrt2),
		(3 - sqrt3) / (4 * math.Sqrt2), (1 - sqrt3) / (4 * math.Sqrt2),
	}}
)

const sqrt3 = 1.7320508075688772935274463415058723669428052538103806280558069794519330169088

// high returns element i of the high-pass filter for synthesis.
func (w wavelet) high(i int) float64 {
	n := len(w.low)
	if i%2 == 1 {
		return -w.low[n-1-i]
	}
	return w.low[n-1-i]
}

// maxLevel is how often a plane can be decomposed so that a filter is not
// longer than what it filters, at least once. An axis of length one counts not.
func (w wavelet) maxLevel(height, width int) int {
	level := math.MaxInt
	for _, n := range []int{height, width} {
		if n > 1 {
			level = min(level, bits.Len(uint(n/(len(w.low)-1)))-1)
		}
	}
	if level == math.MaxInt {
		return 0
	}
	return max(level, 1)
}

// analyse decomposes a plane, continued by reflection, into an approximation of
// half its size and three details (diagonal last), or one if it is a line.
func (w wavelet) analyse(g grid) (approximation grid, details []grid) {
	low, high := w.down(g)
	if g.h == 1 {
		return low, []grid{high}
	}
	ll, lh := w.down(low.transpose())
	hl, hh := w.down(high.transpose())
	return ll.transpose(), []grid{lh.transpose(), hl.transpose(), hh.transpose()}
}

// synthesise is the inverse of analyse, with one row or column more where the
// plane had an odd number of them.
func (w wavelet) synthesise(approximation grid, details []grid) grid {
	if len(details) == 1 {
		return w.up(approximation, details[0])
	}
	low := w.up(approximation.transpose(), details[0].transpose())
	high := w.up(details[1].transpose(), details[2].transpose())
	return w.up(low.transpose(), high.transpose())
}

// down filters rows and keeps every other value.
func (w wavelet) down(g grid) (low, high grid) {
	n := len(w.low)
	half := (g.w + n - 1) / 2
	low, high = newGrid(g.h, half), newGrid(g.h, half)
	for r := range g.h {
		row := g.x[r*g.w:][:g.w]
		for k := range half {
			a, d := 0.0, 0.0
			for j := range n { // the filters for analysis are those for synthesis, reversed
				v := row[symmetric(2*k+1-j, g.w)]
				a += w.low[n-1-j] * v
				d += w.high(n-1-j) * v
			}
			low.x[r*half+k], high.x[r*half+k] = a, d
		}
	}
	return low, high
}

// up is the inverse of down. The approximation may be one row or column larger
// than the details, which is cut off.
func (w wavelet) up(low, high grid) grid {
	n := len(w.low)
	out := newGrid(high.h, 2*high.w-n+2)
	for r := range out.h {
		a, d := low.x[r*low.w:], high.x[r*high.w:]
		for i := range out.w {
			at := i + n - 2
			v := 0.0
			for k := max(0, (at-n+2)/2); k <= min(at/2, high.w-1); k++ {
				v += a[k]*w.low[at-2*k] + d[k]*w.high(at-2*k)
			}
			out.x[r*out.w+i] = v
		}
	}
	return out
}

func (g grid) transpose() grid {
	t := newGrid(g.w, g.h)
	for r := range g.h {
		for c := range g.w {
			t.x[c*g.h+r] = g.x[r*g.w+c]
		}
	}
	return t
}
