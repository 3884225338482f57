package mmd

import (
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/rng"
)

func normal(n, dim int, shift float64, seed uint64) []float64 {
	x := make([]float64, n*dim)
	rng.New(seed, rng.DataTest, 0, 0).Normal(x)
	for i := range x {
		x[i] += shift
	}
	return x
}

// naive is the definition.
func naive(x, y []float64, dim int, h float64) float64 {
	mean := func(a, b []float64, same bool) float64 {
		sum, pairs := 0.0, 0.0
		i := 0
		for p := range slices.Chunk(a, dim) {
			j := 0
			for q := range slices.Chunk(b, dim) {
				if !same || i != j {
					d := 0.0
					for k := range p {
						d += (p[k] - q[k]) * (p[k] - q[k])
					}
					sum += math.Exp(-d / (2 * h * h))
					pairs++
				}
				j++
			}
			i++
		}
		return sum / pairs
	}
	return mean(x, x, true) + mean(y, y, true) - 2*mean(x, y, false)
}

// TestEstimate compares with the definition, and with the closed form for
// N(0,I) and N(μ,I): 2(h²/(h²+2))^(dim/2)·(1-exp(-‖μ‖²/(2(h²+2)))).
func TestEstimate(t *testing.T) {
	const dim = 3
	x, y := normal(400, dim, 0, 1), normal(300, dim, 0.5, 2)
	r, err := Compare(x, y, dim, 1)
	if err != nil {
		t.Fatal(err)
	}
	if want := naive(x, y, dim, r.Bandwidth); math.Abs(r.MMD2-want) > 1e-12 {
		t.Errorf("MMD² %v, by definition %v", r.MMD2, want)
	}
	h2 := r.Bandwidth * r.Bandwidth
	want := 2 * math.Pow(h2/(h2+2), dim/2.0) * (1 - math.Exp(-dim*0.25/(2*(h2+2))))
	if math.Abs(r.MMD2-want) > 0.25*want {
		t.Errorf("MMD² %v, closed form %v", r.MMD2, want)
	}
	if r.N != 400 || r.M != 300 || r.P > 0.01 || r.MMD2 < r.Null95 {
		t.Errorf("different distributions: %+v", r)
	}
}

// TestLevel draws both sides from one distribution, many times: one in twenty
// estimates exceeds the limit, and their standard deviation is the one reported.
func TestLevel(t *testing.T) {
	const trials, dim = 300, 2
	exceed, sum, square, err2 := 0, 0.0, 0.0, 0.0
	for i := range uint64(trials) {
		r, err := Compare(normal(20, dim, 0, 2*i), normal(30, dim, 0, 2*i+1), dim, i)
		if err != nil {
			t.Fatal(err)
		}
		if (r.P <= 0.05) != (r.MMD2 > r.Null95) && math.Abs(r.P-0.05) > 0.01 {
			t.Errorf("p = %v, but the limit is %v for %v", r.P, r.Null95, r.MMD2)
		}
		if r.P <= 0.05 {
			exceed++
		}
		sum += r.MMD2 / trials
		square += r.MMD2 * r.MMD2 / trials
		err2 += r.StdErr * r.StdErr / trials
	}
	// Five standard errors of a share of 0.05.
	if share := float64(exceed) / trials; math.Abs(share-0.05) > 5*math.Sqrt(0.05*0.95/trials) {
		t.Errorf("%.3f of the comparisons find a difference where there is none", share)
	}
	sd := math.Sqrt(square - sum*sum)
	if math.Abs(sum) > 5*sd/math.Sqrt(trials) {
		t.Errorf("the estimate has the bias %v", sum)
	}
	if math.Abs(math.Sqrt(err2)/sd-1) > 0.2 {
		t.Errorf("standard deviation %v, reported %v", sd, math.Sqrt(err2))
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ x, y []float64 }{
		"one sample":      {make([]float64, 2), make([]float64, 8)},
		"half a sample":   {make([]float64, 5), make([]float64, 8)},
		"no distances":    {make([]float64, 8), make([]float64, 8)},
		"infinite values": {[]float64{1, math.Inf(1), 2, 3, 4, math.Inf(1)}, []float64{math.Inf(1), 0, 1, 1}},
		"too many":        {make([]float64, 2*MaxSamples), make([]float64, 8)},
	} {
		if _, err := Compare(c.x, c.y, 2, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
