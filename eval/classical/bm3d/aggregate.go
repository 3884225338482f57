package bm3d

import "math"

// aggregate averages what groups say of each pixel.
type aggregate struct{ sum, weight plane }

func newAggregate(h, w int) aggregate { return aggregate{newPlane(h, w), newPlane(h, w)} }

// add adds blocks with a weight, less towards their borders.
func (a aggregate) add(blocks []block, group []int, weight float64) {
	for i, at := range group {
		b := &blocks[i]
		for r := range Side {
			sum, total := (*[Side]float64)(a.sum.x[at+r*a.sum.w:]), (*[Side]float64)(a.weight.x[at+r*a.sum.w:])
			for c := range Side {
				w := weight * window[r*Side+c]
				sum[c] += w * b[r*Side+c]
				total[c] += w
			}
		}
	}
}

// mean returns the estimate. Every pixel must be in a block.
func (a aggregate) mean() plane {
	for i, w := range a.weight.x {
		a.sum.x[i] /= w
	}
	return a.sum
}

// window is the Kaiser window
//
//	I₀(β√(1 - t²))/I₀(β), t from -1 to 1,
//
// along both axes.
var window = kaiser(2)

func kaiser(beta float64) (w block) {
	var line [Side]float64
	for i := range line {
		t := 2*float64(i)/(Side-1) - 1
		line[i] = bessel0(beta*math.Sqrt(1-t*t)) / bessel0(beta)
	}
	for i := range w {
		w[i] = line[i/Side] * line[i%Side]
	}
	return w
}

// bessel0 returns the modified Bessel function I₀ by its series Σ(x/2)²ᵏ/(k!)².
func bessel0(x float64) float64 {
	sum, term := 0.0, 1.0
	for k := 1.0; sum+term != sum; k++ {
		sum += term
		term *= x * x / 4 / (k * k)
	}
	return sum
}
