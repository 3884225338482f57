package gmm_test

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/sched"
)

// TestGoldenPoints compares outputs at single observations, for the
// standardised pair ½N(±1, 0.05).
func TestGoldenPoints(t *testing.T) {
	row := regexp.MustCompile(`^T (\d+) SNR (\d+) idx (\d+) y (\[.*?\]) CME (\[.*?\]) det (\[.*?\]) code (\[.*?\]) gt (\[.*?\])$`)
	pair := scalarPriors(t)["bimodal(+-1,v=.05)"]
	if m, v := pair.Mean(1)[0], pair.Covariance(1)[0]; math.Abs(m-0.97590007) > 1e-8 || math.Abs(v-0.04761905) > 1e-8 {
		t.Fatalf("standardised pair has mean %g and variance %g", m, v)
	}
	e := gmm.NewEstimator(pair, nil)
	rows := 0
	for _, line := range lines(t, "golden_points.txt") {
		f := row.FindStringSubmatch(line)
		if f == nil {
			continue
		}
		rows++
		s, snr, y := paper(t, int(number(t, f[1]))), fromDB(number(t, f[2])), numbers(t, f[4])
		got, _ := cme(t, e, y, snr)
		pointwise(t, line, "CME", got, numbers(t, f[5]))
		for i, o := range []sched.Options{
			{Match: sched.MatchLinear},
			{Match: sched.MatchLinear, Start: sched.StartCode},
			{Match: sched.MatchLinear, Method: sched.MethodDDIM},
		} {
			r := denoise(t, s, e, y, snr, o)
			if r.THat != number(t, f[3]) {
				t.Errorf("%s: level %g", line, r.THat)
			}
			pointwise(t, line, f[6+i], r.X, numbers(t, f[6+i]))
		}
	}
	if rows != 4 {
		t.Errorf("%d rows read", rows)
	}
}

func pointwise(t *testing.T, line, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", line, len(got), len(want))
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-7 {
			t.Errorf("%s: %s: value %d is %.9f, want %.8f", line, what, i, got[i], want[i])
		}
	}
}

// TestGoldenGaussian compares the MSE for Gaussian priors: of the mean chain
// from its gain, which a single observation tells, and of re-sampling by
// Monte Carlo.
func TestGoldenGaussian(t *testing.T) {
	head := regexp.MustCompile(`^lam=([\d.]+) T=(\d+) (.*)$`)
	cell := regexp.MustCompile(`^(-?\d+): MMSE ([\d.]+) det ([\d.]+) \(closed ([\d.]+)\) code ([\d.]+) resamp ([\d.]+)$`)
	cells := 0
	for _, line := range lines(t, "golden_points.txt") {
		h := head.FindStringSubmatch(line)
		if h == nil {
			continue
		}
		lam, s := number(t, h[1]), paper(t, int(number(t, h[2])))
		prior, err := gmm.New([]float64{1}, []float64{0}, []float64{lam})
		if err != nil {
			t.Fatal(err)
		}
		e := gmm.NewEstimator(prior, nil)
		for _, c := range strings.Split(h[3], " | ") {
			f := fields(t, cell, c)
			if f == nil {
				t.Fatalf("cannot read %q", c)
			}
			cells++
			snr := fromDB(f[0])
			mse := func(g float64) float64 { return lam*(1-g)*(1-g) + g*g/snr }
			o := sched.Options{Match: sched.MatchLinear}
			det := mse(denoise(t, s, e, []float64{1}, snr, o).X[0])
			o.Start = sched.StartCode
			code := mse(denoise(t, s, e, []float64{1}, snr, o).X[0])
			if math.Abs(det-f[2]) > 1e-8 || math.Abs(code-f[4]) > 1e-8 {
				t.Errorf("λ=%g, T=%d, %g dB: det %.8f code %.8f, want %.8f %.8f", lam, s.T, f[0], det, code, f[2], f[4])
			}
			if s.T <= 50 {
				const n = 4000
				x, y := observe(t, prior, n, snr, 5)
				r := denoise(t, s, e, y, snr, sched.Options{Match: sched.MatchLinear, Method: sched.MethodResample})
				sq := make([]float64, n)
				for i := range sq {
					sq[i] = (r.X[i] - x[i]) * (r.X[i] - x[i])
				}
				if m, sd := meanStd(sq); math.Abs(m-f[5]) > 5*sd/math.Sqrt(n) {
					t.Errorf("λ=%g, T=%d, %g dB: re-sampling %.6f ± %.6f, want %.6f", lam, s.T, f[0], m, sd/math.Sqrt(n), f[5])
				}
			}
		}
	}
	if cells != 32 {
		t.Errorf("%d cells read", cells)
	}
}
