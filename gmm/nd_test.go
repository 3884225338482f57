package gmm_test

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/sched"
)

// TestND compares NMSEs in several dimensions. Both sides are Monte Carlo
// means of v = (tr Cov(x|y) + ‖x̂ - E[x|y]‖²)/N over independent samples, here
// b and there bRef of them; they may differ by five standard errors of the
// difference, std(v)·√(1/b + 1/bRef), and by the rounding of the print.
func TestND(t *testing.T) {
	for _, c := range []struct {
		file, mixture  string
		bRef, b, steps int
	}{
		{"nd_small.txt", "rand_gmm_n8_k4.npz", 20000, 640, 300},
		{"nd_mid.txt", "rand_gmm_n16_k8.npz", 5000, 320, 100},
	} {
		t.Run(c.file, func(t *testing.T) {
			if testing.Short() {
				c.steps = 10
			}
			m, scale := fixture(t, c.mixture)
			testND(t, c.file, m, scale, c.bRef, c.b, c.steps)
		})
	}
}

func testND(t *testing.T, file string, m *gmm.Mixture, scale float64, bRef, b, maxSteps int) {
	title := regexp.MustCompile(`norm_c=([\d.]+) trS/N=([\d.]+) eig`)
	head := regexp.MustCompile(`^ *(-?\d+) dB LS ([\d.]+) LMMSE ([\d.]+) MMSE ([\d.]+)`)
	row := regexp.MustCompile(`^ +T=(\d+) idx=(\d+) \(dB-argmin (\d+)\):(.*)$`)
	entry := regexp.MustCompile(`(\w+)@(\w+) ([\d.]+) `)
	e := gmm.NewEstimator(m, nil)
	mean, cov := m.Moments()
	lmmse, err := gmm.NewLMMSE(mean, cov)
	if err != nil {
		t.Fatal(err)
	}
	var y, xhat, trace []float64
	var snr float64
	compare := func(what string, v []float64, want float64) {
		t.Helper()
		got, std := meanStd(v)
		if bound := 5*std*math.Sqrt(1/float64(b)+1/float64(bRef)) + 1e-6; math.Abs(got-want) > bound {
			t.Errorf("%s: %.6f, want %.6f ± %.6f", what, got, want, bound)
		}
	}
	checked := 0
	n := float64(m.Dim())
	for _, line := range lines(t, file) {
		if f := fields(t, title, line); f != nil {
			if math.Abs(scale-f[0]) > 1e-6 || math.Abs(m.Power()-f[1]) > 1e-6 {
				t.Errorf("normalised by %.7f to power %g, want %g and %g", scale, m.Power(), f[0], f[1])
			}
		} else if f := fields(t, head, line); f != nil {
			snr = fromDB(f[0])
			_, y = observe(t, m, b, snr, 7)
			xhat, trace = cme(t, e, y, snr)
			for i := range trace {
				trace[i] /= n
			}
			compare(line[:7]+" MMSE", trace, f[3])
			if got, err := lmmse.MSE(snr); err != nil || math.Abs(got-f[2]) > 1e-6 {
				t.Errorf("%s: LMMSE %.7f", line, got)
			}
		} else if r := row.FindStringSubmatch(line); r != nil {
			steps := int(number(t, r[1]))
			if steps > maxSteps {
				continue
			}
			s := paper(t, steps)
			if got := s.Nearest(snr, false); got != int(number(t, r[3])) {
				t.Errorf("%s: level %d in dB", line, got)
			}
			for _, c := range entry.FindAllStringSubmatch(r[4], -1) {
				o := sched.Options{Match: sched.MatchLinear, Start: sched.Start(c[2]), Seed: 3}
				o.Method = map[string]sched.Method{"mean": sched.MethodMean, "resample": sched.MethodResample, "gt": sched.MethodDDIM}[c[1]]
				res := denoise(t, s, e, y, snr, o)
				if res.THat != number(t, r[2]) {
					t.Errorf("%s: level %g", line, res.THat)
				}
				v := excess(res.X, xhat, m.Dim())
				for i := range v {
					v[i] += trace[i]
				}
				compare(fmt.Sprintf("T=%d %.1f dB %s", steps, 10*math.Log10(snr), c[0]), v, number(t, c[3]))
				checked++
			}
		} else {
			t.Fatalf("cannot read %q", line)
		}
	}
	if checked < 50 {
		t.Errorf("only %d entries compared", checked)
	}
}

// excess returns ‖x̂ - cme‖²/N of every sample.
func excess(xhat, cme []float64, n int) []float64 {
	v := make([]float64, len(xhat)/n)
	for i := range xhat {
		d := xhat[i] - cme[i]
		v[i/n] += d * d / float64(n)
	}
	return v
}

// TestMMSE compares the MMSE and the LMMSE of the mixtures with values from
// up to 200,000 samples, whose standard errors are given.
func TestMMSE(t *testing.T) {
	title := regexp.MustCompile(`^N=(\d+) K=(\d+) .*c\^2=([\d.]+)`)
	row := regexp.MustCompile(`^ +(-?\d+) dB LS ([\d.]+) LMMSE ([\d.]+) MMSE ([\d.]+) \+- ([\d.]+) `)
	const b = 2000
	var m *gmm.Mixture
	var e *gmm.Estimator
	rows := 0
	for _, line := range lines(t, "cme_paper.txt") {
		if f := fields(t, title, line); f != nil {
			m = nil
			if f[0] < 64 {
				var scale float64
				m, scale = fixture(t, fmt.Sprintf("rand_gmm_n%g_k%g.npz", f[0], f[1]))
				e = gmm.NewEstimator(m, nil)
				if math.Abs(scale*scale-f[2]) > 1e-6 {
					t.Errorf("%s: c² = %.7f", line, scale*scale)
				}
			}
		} else if f := fields(t, row, line); f != nil && m != nil {
			rows++
			snr := fromDB(f[0])
			_, y := observe(t, m, b, snr, 11)
			_, trace := cme(t, e, y, snr)
			got, std := meanStd(trace)
			n := float64(m.Dim())
			if bound := 5*math.Hypot(std/n/math.Sqrt(b), f[4]) + 1e-6; math.Abs(got/n-f[3]) > bound {
				t.Errorf("%s: %.6f, want %.6f ± %.6f", line, got/n, f[3], bound)
			}
		}
	}
	if rows != 22 {
		t.Errorf("%d rows read", rows)
	}
}

// TestOneShotIsCME: the x0 estimate at the exactly matched SNR, which goes
// through ε̂, is the conditional mean, which does not.
func TestOneShotIsCME(t *testing.T) {
	m, _ := fixture(t, "rand_gmm_n8_k4.npz")
	e := gmm.NewEstimator(m, nil)
	s := paper(t, 10)
	for db := -20.0; db <= 39; db += 3.7 {
		_, y := observe(t, m, 100, fromDB(db), 1)
		want, _ := cme(t, e, y, fromDB(db))
		r := denoise(t, s, e, y, fromDB(db), sched.Options{Method: sched.MethodOneShot, Match: sched.MatchExact})
		for i := range want {
			if math.Abs(r.X[i]-want[i]) > 1e-10 {
				t.Fatalf("%g dB: value %d is %.12g, want %.12g", db, i, r.X[i], want[i])
			}
		}
	}
}

// TestAverages: re-sampling tends to 2·MMSE and the mean of M chains to
// (1+1/M)·MMSE. At T = 300 the ratios are those of extra.txt.
func TestAverages(t *testing.T) {
	row := regexp.MustCompile(`^(\d+) dB M=1: ([\d.]+) M=2: ([\d.]+) M=4: ([\d.]+) M=8: ([\d.]+) M=16: ([\d.]+)$`)
	m, _ := fixture(t, "rand_gmm_n8_k4.npz")
	e := gmm.NewEstimator(m, nil)
	s := paper(t, 300)
	b, bRef := 600, 2000
	rows := 0
	for _, line := range lines(t, "extra.txt") {
		f := fields(t, row, line)
		if f == nil {
			continue
		}
		rows++
		if testing.Short() && f[0] == 0 {
			continue
		}
		snr := fromDB(f[0])
		_, y := observe(t, m, b, snr, 3)
		xhat, trace := cme(t, e, y, snr)
		mmse, _ := meanStd(trace)
		mmse /= float64(m.Dim())
		for i, chains := range []int{1, 2, 4} {
			r := denoise(t, s, e, y, snr, sched.Options{Match: sched.MatchLinear, Method: sched.Average(chains), Seed: 8})
			ex, std := meanStd(excess(r.X, xhat, m.Dim()))
			ratio := 1 + ex/mmse
			// The reference divides by its own sample's MMSE, too.
			if bound := 5*std/mmse*math.Sqrt(1/float64(b)+1/float64(bRef)) + 1e-4; math.Abs(ratio-f[1+i]) > bound {
				t.Errorf("%g dB: average:%d has %.4f·MMSE, want %.4f ± %.4f", f[0], chains, ratio, f[1+i], bound)
			}
			if limit := 1 + 1/float64(chains); math.Abs(ratio-limit) > 0.15/float64(chains) {
				t.Errorf("%g dB: average:%d has %.4f·MMSE, the limit is %g", f[0], chains, ratio, limit)
			}
		}
	}
	if rows != 2 {
		t.Errorf("%d rows read", rows)
	}
}

// TestLMMSE: for a Gaussian the linear estimator is the conditional mean.
func TestLMMSE(t *testing.T) {
	m, _ := fixture(t, "rand_gmm_n8_k4.npz")
	mean, cov := m.Moments()
	for i := range mean {
		mean[i] += float64(i)
	}
	g, err := gmm.New([]float64{1}, mean, cov)
	if err != nil {
		t.Fatal(err)
	}
	l, err := gmm.NewLMMSE(mean, cov)
	if err != nil {
		t.Fatal(err)
	}
	_, y := observe(t, g, 10, 2, 1)
	want, trace := cme(t, gmm.NewEstimator(g, nil), y, 2)
	if mse, err := l.MSE(2); err != nil || math.Abs(mse-trace[0]/8) > 1e-12 {
		t.Errorf("MSE %g, want %g (%v)", mse, trace[0]/8, err)
	}
	if err := l.Estimate(y, y, 2); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(y[i]-want[i]) > 1e-10 {
			t.Fatalf("value %d is %g, want %g", i, y[i], want[i])
		}
	}
	if l.Estimate(y, y[:3], 2) == nil || l.Estimate(y[:3], y[:3], 2) == nil || l.Estimate(y, y, -1) == nil {
		t.Error("bad arguments are accepted")
	}
	if _, err := gmm.NewLMMSE(mean, cov[1:]); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}
