package bm3d

import (
	"math"
	"testing"
)

// TestMatrices compares with the cosines of the definition, and with what PyWavelets
// makes of unit vectors (wavedec, bior1.5, periodization, three levels), each row
// divided by its length.
func TestMatrices(t *testing.T) {
	pywt := matrix{
		0.35355339, 0.35355339, 0.35355339, 0.35355339, 0.35355339, 0.35355339, 0.35355339, 0.35355339,
		0.21941765, 0.44928376, 0.44928376, 0.21941765, -0.21941765, -0.44928376, -0.44928376, -0.21941765,
		0.56935940, 0.40234731, -0.40234731, -0.56935940, -0.08350605, 0.08350605, -0.08350605, 0.08350605,
		-0.08350605, 0.08350605, -0.08350605, 0.08350605, 0.56935940, 0.40234731, -0.40234731, -0.56935940,
		0.70710678, -0.70710678, 0, 0, 0, 0, 0, 0,
		0, 0, 0.70710678, -0.70710678, 0, 0, 0, 0,
		0, 0, 0, 0, 0.70710678, -0.70710678, 0, 0,
		0, 0, 0, 0, 0, 0, 0.70710678, -0.70710678,
	}
	for k := range Side {
		for i := range Side {
			want := math.Sqrt(2./Side) * math.Cos(math.Pi*float64((2*i+1)*k)/(2*Side))
			if k == 0 {
				want = math.Sqrt(1. / Side)
			}
			if got := dct.forward[k*Side+i]; math.Abs(got-want) > 1e-14 {
				t.Errorf("DCT %d,%d: %v, want %v", k, i, got, want)
			}
			if got, want := bior15.forward[k*Side+i], pywt[k*Side+i]; math.Abs(got-want) > 1e-8 {
				t.Errorf("bior1.5 %d,%d: %v, want %v", k, i, got, want)
			}
			if got, want := dct.inverse[k*Side+i], dct.forward[i*Side+k]; math.Abs(got-want) > 1e-14 {
				t.Errorf("the DCT is not orthogonal at %d,%d: %v, %v", k, i, got, want)
			}
		}
	}
}

// TestTransform compares with the double sum, and goes back.
func TestTransform(t *testing.T) {
	for name, f := range map[string]*transform{"dct": dct, "bior1.5": bior15} {
		b := block(noisy(make([]float64, Side*Side), 1, 1))
		spectrum := b
		f.forward.apply(&spectrum)
		for u := range Side {
			for v := range Side {
				want := 0.0
				for r := range Side {
					for c := range Side {
						want += f.forward[u*Side+r] * b[r*Side+c] * f.forward[v*Side+c]
					}
				}
				if got := spectrum[u*Side+v]; math.Abs(got-want) > 1e-13 {
					t.Errorf("%s %d,%d: %v, want %v", name, u, v, got, want)
				}
			}
		}
		f.inverse.apply(&spectrum)
		if d := largest(spectrum[:], b[:]); d > 1e-13 {
			t.Errorf("%s: there and back differs by %g", name, d)
		}
	}
}

// haarRow returns element i of row k of the Haar transform of n by its definition.
func haarRow(k, i, n int) float64 {
	if k == 0 {
		return 1 / math.Sqrt(float64(n))
	}
	m := 1 // details of this scale
	for 2*m <= k {
		m *= 2
	}
	size := n / m
	switch at := i - (k-m)*size; {
	case at < 0 || at >= size:
		return 0
	case at < size/2:
		return 1 / math.Sqrt(float64(size))
	default:
		return -1 / math.Sqrt(float64(size))
	}
}

// TestHaar compares with the definition, and goes back.
func TestHaar(t *testing.T) {
	for n := 1; n <= 32; n *= 2 {
		g, scratch := group(n, 2), make([]block, n)
		want := make([]block, n)
		for k := range n {
			for i, b := range g {
				add(&want[k], &b, haarRow(k, i, n))
			}
		}
		haar(g, scratch)
		for k := range n {
			if d := largest(g[k][:], want[k][:]); d > 1e-13 {
				t.Errorf("%d blocks, row %d differs by %g", n, k, d)
			}
		}
		inverseHaar(g, scratch)
		for i, b := range group(n, 2) {
			if d := largest(g[i][:], b[:]); d > 1e-13 {
				t.Errorf("%d blocks: there and back differs by %g", n, d)
			}
		}
	}
}

// group returns blocks of noise.
func group(n int, seed uint64) []block {
	x := noisy(make([]float64, n*Side*Side), 1, seed)
	g := make([]block, n)
	for i := range g {
		copy(g[i][:], x[i*Side*Side:])
	}
	return g
}

// TestVariances: the spectrum of a stack is linear in the pixels of the plane, so
// that the variance of a coefficient is the sum of the squares of what unit pixels
// make of it.
func TestVariances(t *testing.T) {
	const h, w = 18, 20
	at := func(r, c int) int { return r*w + c }
	for name, places := range map[string][]int{
		"one":        {at(3, 4)},
		"neighbours": {at(3, 4), at(3, 5), at(4, 4), at(10, 12)},
		"apart":      {at(0, 0), at(8, 8), at(10, 0), at(0, 12)},
		"many":       {at(5, 5), at(5, 6), at(6, 5), at(4, 5), at(5, 4), at(0, 12), at(10, 0), at(9, 11)},
	} {
		for kind, f := range map[string]*transform{"dct": dct, "bior1.5": bior15} {
			s := &step{transform: f}
			n := len(places)
			got, want, g, scratch := make([]block, n), make([]block, n), make([]block, n), make([]block, n)
			f.noise.variances(got, places, w)
			for pixel := range h * w {
				p := newPlane(h, w)
				p.x[pixel] = 1
				s.analyse(g, p, places, scratch)
				for k := range g {
					for u, v := range g[k] {
						want[k][u] += v * v
					}
				}
			}
			for k := range got {
				if d := largest(got[k][:], want[k][:]); d > 1e-12 {
					t.Errorf("%s, %s: row %d differs by %g", name, kind, k, d)
				}
			}
		}
	}
}
