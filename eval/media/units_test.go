package media

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// data of a range from 0 to 1, or so: what people train on.
var clean = map[string]func(r *rand.Rand) float64{
	"uniform":    func(r *rand.Rand) float64 { return r.Float64() },
	"two points": func(r *rand.Rand) float64 { return float64(r.IntN(2)) },
	"digits":     func(r *rand.Rand) float64 { return max(0, min(1, 3*r.Float64()-2)) },
	"normal":     func(r *rand.Rand) float64 { return 0.5 + r.NormFloat64()/9 },
}

// Ordinary data with noise of any SNR down to -30 dB is not warned of, wrong
// units by a factor of 255, 32768 or an offset are.
func TestOutsideRange(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, draw := range clean {
		for _, n := range []int{64, 784, 20_000} {
			train := make([]float64, 100_000)
			for i := range train {
				train[i] = draw(r)
			}
			s := summarize(train)
			for _, snr := range []float64{-30, -20, -10, 0, 20, 100} {
				for _, unit := range []struct{ scale, offset float64 }{{1, 0}, {255, 0}, {2, -1}, {65536, -32768}, {1, 273}} {
					sigma := s.deviation * math.Pow(10, -snr/20)
					x := make([]float64, n)
					for i := range x {
						x[i] = unit.scale*(draw(r)+sigma*r.NormFloat64()) + unit.offset
					}
					// The training data are in those units, too: nothing to say.
					low, high := unit.scale*s.low+unit.offset, unit.scale*s.high+unit.offset
					if note := OutsideRange(low, high, x); note != "" {
						t.Errorf("%s, %d values at %v dB in units of %v: %s", name, n, snr, unit, note)
					}
					// They are not.
					if unit.scale < 200 && unit.offset < 200 {
						continue
					}
					if snr >= -10 {
						if OutsideRange(s.low, s.high, x) == "" {
							t.Errorf("%s, %d values at %v dB in units of %v: no note", name, n, snr, unit)
						}
					}
					if snr >= 0 && unit.scale > 200 { // the reverse: the file has the small numbers
						for i := range x {
							x[i] = (x[i] - unit.offset) / unit.scale
						}
						if OutsideRange(low, high, x) == "" {
							t.Errorf("%s, %d values at %v dB for units of %v: no note", name, n, snr, unit)
						}
					}
				}
			}
		}
	}
}

func TestOutsideRangeEdges(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		low, high float64
		x         []float64
		want      bool
	}{
		{0, 255, []float64{0, 0.2, 1}, true},
		{0, 1, []float64{0, 17, 255}, true},
		{0, 255, []float64{0, 200}, false},
		{0, 255, []float64{7}, true}, // all of one value, which is no picture
		{0, 1, nil, false},
		{1, 1, []float64{5}, false}, {1, 0, []float64{5}, false}, {nan, 1, []float64{5}, false}, {-inf, inf, []float64{5}, false}, {0, 0, []float64{300, 5}, false},
	} {
		note := OutsideRange(c.low, c.high, c.x)
		if (note != "") != c.want || strings.Contains(note, "\n") {
			t.Errorf("%v for %v to %v: %q", c.x, c.low, c.high, note)
		}
	}
	m := Media{X: []float64{0, 1}, Units: "images are read as 0 to 1"}
	if got, want := m.UnitsNote(0, 255), "the values of the file go from 0 to 1, those of the training data from 0 to 255: are they in the same units? (images are read as 0 to 1)"; got != want {
		t.Errorf("%q", got)
	}
	if got := m.UnitsNote(0, 1); got != "" {
		t.Errorf("%q", got)
	}
}
