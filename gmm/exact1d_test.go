package gmm_test

import (
	"context"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/sched"
)

// quadrature is a grid of observations with the weights that integrate over
// their density: E[f(y)] ≈ Σ p_i·f(y_i). It is the trapezoidal rule, which
// converges exponentially for analytic functions, after the substitution
// x = a·sinh(b·u), which puts nodes densely around x = 0.
//
// For the well separated pair ½N(±1, 0.05), x̂ of the chains all but jumps at
// x = 0, between neighbouring nodes of any practical grid. The reference used
// evenly spaced nodes with one at the jump, which takes a part p(0)·h of the
// integral away (up to 8e-5 in exact1d.txt and 3e-4 in limit1d.txt). To compare
// at 1e-5, the nodes around 0 here have the same spacing h.
type quadrature struct {
	y, p, cme []float64
	mmse      float64
}

func newQuadrature(t *testing.T, e *gmm.Estimator, snr, h, b float64) quadrature {
	const limit = 9
	a := limit / math.Sinh(b)
	n := 1 + 2*int(math.Round(a*b/h)) // so that dx = h at x = 0
	q := quadrature{y: make([]float64, n), p: make([]float64, n)}
	at := sched.Level{AlphaBar: snr / (1 + snr)}
	x := make([]float64, n)
	for i := range x {
		x[i] = a * math.Sinh(b*(2*float64(i)/float64(n-1)-1))
		q.y[i] = x[i] / math.Sqrt(at.AlphaBar)
	}
	if err := e.LogDensity(context.Background(), q.p, x, at); err != nil {
		t.Fatal(err)
	}
	var trace []float64
	q.cme, trace = cme(t, e, q.y, snr)
	for i, l := range q.p {
		q.p[i] = math.Exp(l) * math.Hypot(a, x[i]) * b * 2 / float64(n-1) // dx/du = b·√(a²+x²)
		q.mmse += q.p[i] * trace[i]
	}
	return q
}

// mse returns the MSE of an estimate: MMSE + E|x̂(y) - E[x|y]|².
func (q quadrature) mse(xhat []float64) float64 {
	sum := q.mmse
	for i, v := range xhat {
		sum += q.p[i] * (v - q.cme[i]) * (v - q.cme[i])
	}
	return sum
}

// TestExact1D reproduces a table of MSEs for priors in one dimension without
// Monte Carlo, for three chains on up to 1000 levels.
func TestExact1D(t *testing.T) {
	head := regexp.MustCompile(`^ *(-?\d+) dB MMSE ([\d.]+) LMMSE ([\d.]+)`)
	row := regexp.MustCompile(`T=(\d+)\(t=(\d+)\): det ([\d.]+) \(.*\) code ([\d.]+) ddim ([\d.]+)`)
	priors := scalarPriors(t)
	var e *gmm.Estimator
	var q quadrature
	var snr float64
	rows := 0
	for _, line := range lines(t, "exact1d.txt") {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			e = gmm.NewEstimator(priors[name], nil)
			continue
		}
		if f := fields(t, head, line); f != nil {
			snr = fromDB(f[0])
			q = newQuadrature(t, e, snr, 18./24000, 6)
			if math.Abs(q.mmse-f[1]) > 1e-5 || math.Abs(1/(1+snr)-f[2]) > 1e-5 {
				t.Errorf("%s: MMSE %.6f", line, q.mmse)
			}
			continue
		}
		f := fields(t, row, line)
		if f == nil {
			t.Fatalf("cannot read %q", line)
		}
		rows++
		if testing.Short() && f[0] > 300 {
			continue
		}
		s := paper(t, int(f[0]))
		for i, o := range []sched.Options{
			{Match: sched.MatchLinear},
			{Match: sched.MatchLinear, Start: sched.StartCode},
			{Match: sched.MatchLinear, Method: sched.MethodDDIM},
		} {
			r := denoise(t, s, e, q.y, snr, o)
			if r.THat != f[1]-1 {
				t.Errorf("%s: level %g", line, r.THat)
			}
			if got := q.mse(r.X); math.Abs(got-f[2+i]) > 1e-5 {
				t.Errorf("%s: %+v has MSE %.7f, want %.6f", line, o, got, f[2+i])
			}
		}
	}
	if rows != 12+4*24 {
		t.Errorf("%d rows read", rows)
	}
}

// TestLimit1D follows the mean chain as its grid, uniform in log SNR and
// started exactly at the observation's, becomes ever finer. For priors other
// than the Gaussian it does not tend to the MMSE.
func TestLimit1D(t *testing.T) {
	row := regexp.MustCompile(`^(\S+) (-?\d+) dB MMSE ([\d.]+)  steps:MSE (.*)$`)
	priors := scalarPriors(t)
	for _, line := range lines(t, "limit1d.txt") {
		m := row.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("cannot read %q", line)
		}
		snr := fromDB(number(t, m[2]))
		e := gmm.NewEstimator(priors[m[1]], nil)
		q := newQuadrature(t, e, snr, 18./6000, 3)
		for _, pair := range strings.Fields(m[4]) {
			a, b, _ := strings.Cut(pair, ":")
			steps, want := int(number(t, a)), number(t, b)
			if steps > 100 && testing.Short() || steps > 500 {
				continue
			}
			r := denoise(t, geometric(t, 1/snr, steps), e, q.y, snr, sched.Options{})
			if got := q.mse(r.X); math.Abs(got-want) > 1e-5 || r.Calls != steps {
				t.Errorf("%s %s dB: MSE %.7f after %d calls, want %s", m[1], m[2], got, r.Calls, pair)
			}
		}
	}
}

// geometric is a schedule whose noise variances (1-ᾱ)/ᾱ run geometrically
// from 1e-4 to last.
func geometric(t *testing.T, last float64, steps int) *sched.Schedule {
	beta, prev := make([]float64, steps), 1.0
	for i := range beta {
		v := last
		if i < steps-1 {
			v = 1e-4 * math.Pow(last/1e-4, float64(i)/float64(steps-1))
		}
		beta[i] = 1 - 1/(1+v)/prev
		prev = 1 / (1 + v)
	}
	s, err := sched.FromBeta(beta)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
