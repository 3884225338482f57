package gmm_test

import (
	"context"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// The .txt files in testdata are the outputs of an independent implementation
// in Python with exact predictors. "that" levels are matched in linear SNR;
// "det" and "mean" is the chain mean, "code" starts one level cleaner, "gt" is
// ddim.

// lines returns the lines of a file in testdata.
func lines(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// fields returns the groups of re in line as numbers, or nil.
func fields(t *testing.T, re *regexp.Regexp, line string) []float64 {
	t.Helper()
	m := re.FindStringSubmatch(line)
	if m == nil {
		return nil
	}
	var out []float64
	for _, s := range m[1:] {
		out = append(out, number(t, s))
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// numbers reads a numpy row.
func numbers(t *testing.T, s string) []float64 {
	t.Helper()
	var out []float64
	for _, f := range strings.Fields(strings.Trim(s, "[]")) {
		out = append(out, number(t, f))
	}
	return out
}

// scalar is a mixture in one dimension, standardised.
func scalar(t testing.TB, w, m, v []float64) *gmm.Mixture {
	t.Helper()
	g, err := gmm.New(w, m, v)
	if err != nil {
		t.Fatal(err)
	}
	z, _, _, err := g.Normalize()
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// scalarPriors are the priors of exact1d.txt and limit1d.txt.
func scalarPriors(t testing.TB) map[string]*gmm.Mixture {
	half := []float64{0.5, 0.5}
	return map[string]*gmm.Mixture{
		"gauss":                         scalar(t, []float64{1}, []float64{0}, []float64{1}),
		"bimodal(+-1,v=.05)":            scalar(t, half, []float64{-1, 1}, []float64{0.05, 0.05}),
		"bimodal(+-1,v=.5)":             scalar(t, half, []float64{-1, 1}, []float64{0.5, 0.5}),
		"asym(w=.3/.7,m=-1/.5,v=.1/.4)": scalar(t, []float64{0.3, 0.7}, []float64{-1, 0.5}, []float64{0.1, 0.4}),
		"scale(w=.5/.5,m=0,v=.1/1.9)":   scalar(t, half, []float64{0, 0}, []float64{0.1, 1.9}),
	}
}

// fixture loads one of the random mixtures in testdata, normalised.
func fixture(t testing.TB, name string) (z *gmm.Mixture, scale float64) {
	t.Helper()
	m, err := gmm.Load("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	z, _, scale, err = m.Normalize()
	if err != nil {
		t.Fatal(err)
	}
	return z, scale
}

func paper(t testing.TB, steps int) *sched.Schedule {
	t.Helper()
	s, err := sched.Paper(steps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fromDB(db float64) float64 { return math.Pow(10, db/10) }

// observe draws n samples x and observations of them.
func observe(t testing.TB, m *gmm.Mixture, n int, snr float64, seed uint64) (x, y []float64) {
	t.Helper()
	d := m.Dim()
	x, y = make([]float64, n*d), make([]float64, n*d)
	if err := m.Sample(par.New(2), x, seed, uint64(rng.DataTest), 0); err != nil {
		t.Fatal(err)
	}
	var r rng.Stream
	for i := range n {
		r.Reset(seed, rng.EvalNoise, 0, uint64(i))
		r.Normal(y[i*d : (i+1)*d])
	}
	for i := range y {
		y[i] = x[i] + y[i]/math.Sqrt(snr)
	}
	return x, y
}

// cme returns E[x|y] and tr Cov(x|y) of every sample.
func cme(t testing.TB, e *gmm.Estimator, y []float64, snr float64) (xhat, trace []float64) {
	t.Helper()
	xhat, trace = make([]float64, len(y)), make([]float64, len(y)/e.Dim())
	if err := e.Denoise(context.Background(), xhat, trace, y, snr); err != nil {
		t.Fatal(err)
	}
	return xhat, trace
}

func denoise(t testing.TB, s *sched.Schedule, p sched.Predictor, y []float64, snr float64, o sched.Options) sched.Result {
	t.Helper()
	r, err := s.Denoise(context.Background(), p, y, snr, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// meanStd returns the mean of v and its standard deviation.
func meanStd(v []float64) (mean, std float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		std += (x - mean) * (x - mean) / float64(len(v)-1)
	}
	return mean, math.Sqrt(std)
}
