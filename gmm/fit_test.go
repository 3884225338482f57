package gmm_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
)

// fitReference is testdata/fit.json; see testdata/fit.py.
type fitReference struct {
	N, K              int
	Reg               float64
	X, Weights, Means []float64
	Fits              []struct {
		Kind                        gmm.Kind
		LogLik                      []float64
		Weights, Means, Covariances []float64
	}
	Best float64
	PPCA []float64
}

func loadFitReference(t *testing.T) (r fitReference) {
	t.Helper()
	b, err := os.ReadFile("testdata/fit.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func fit(t *testing.T, x []float64, n int, o gmm.FitOptions) (*gmm.Mixture, gmm.FitResult) {
	t.Helper()
	m, res, err := gmm.Fit(context.Background(), x, n, o)
	if err != nil {
		t.Fatal(err)
	}
	return m, res
}

// From one start, every iteration agrees with scikit-learn.
func TestFitAgainstScikitLearn(t *testing.T) {
	r := loadFitReference(t)
	ones := make([]float64, r.N*r.K)
	for i := range ones {
		ones[i] = 1
	}
	diag, err := gmm.NewDiag(r.Weights, r.Means, ones)
	if err != nil {
		t.Fatal(err)
	}
	var eye []float64
	for k := range r.K {
		eye = append(eye, diag.Covariance(k)...)
	}
	full, err := gmm.New(r.Weights, r.Means, eye)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range r.Fits {
		start := map[gmm.Kind]*gmm.Mixture{gmm.Full: full, gmm.Diag: diag}[want.Kind]
		m, res := fit(t, r.X, r.N, gmm.FitOptions{Components: r.K, Kind: want.Kind, Start: start, Reg: r.Reg, MaxIter: len(want.LogLik), Tol: 1e-300})
		if len(res.Steps) != len(want.LogLik) {
			t.Fatalf("%s: %d iterations", want.Kind, len(res.Steps))
		}
		for i, s := range res.Steps {
			if s.Iter != i+1 || s.Reseeded != 0 {
				t.Errorf("%s: step %+v", want.Kind, s)
			}
			closeTo(t, string(want.Kind)+" log-likelihood", s.LogLik, want.LogLik[i], 1e-10)
		}
		size := len(want.Covariances) / r.K
		for k := range r.K {
			closeTo(t, "weight", m.Weights()[k], want.Weights[k], 1e-9)
			for i, v := range m.Mean(k) {
				closeTo(t, "mean", v, want.Means[k*r.N+i], 1e-9)
			}
			c := m.Covariance(k)
			for i := range size {
				at := i
				if want.Kind == gmm.Diag {
					at = i * (r.N + 1)
				}
				closeTo(t, string(want.Kind)+" covariance", c[at], want.Covariances[k*size+i], 1e-9)
			}
		}
	}
}

// The own start ends, for the best of a few seeds, where scikit-learn's best
// of twenty does.
func TestFitFromKMeans(t *testing.T) {
	r := loadFitReference(t)
	best := math.Inf(-1)
	for seed := range uint64(5) {
		_, res := fit(t, r.X, r.N, gmm.FitOptions{Components: r.K, Seed: seed, Reg: r.Reg, MaxIter: 2000, Tol: 1e-10})
		if !res.Converged {
			t.Errorf("seed %d: no convergence in %d iterations", seed, len(res.Steps))
		}
		best = max(best, res.Steps[len(res.Steps)-1].LogLik)
	}
	if best < r.Best-1e-6 {
		t.Errorf("log-likelihood %.9f, scikit-learn finds %.9f", best, r.Best)
	}
}

// One PPCA component has a closed form.
func TestFitPPCAIsPCA(t *testing.T) {
	r := loadFitReference(t)
	m, _ := fit(t, r.X, r.N, gmm.FitOptions{Components: 1, Kind: gmm.PPCA, Rank: 2, Reg: 1e-12})
	for i, v := range m.Covariance(0) {
		closeTo(t, "covariance", v, r.PPCA[i], 1e-9)
	}
}

// For every kind of covariance the log-likelihood rises, and a mixture is
// recovered from its own samples about as well as the truth explains them.
func TestFitRecovers(t *testing.T) {
	const n, b = 6, 3000
	for kind, truth := range threeKinds(t, n, 3) {
		x := make([]float64, n*b)
		if err := truth.Sample(par.New(2), x, 5, uint64(rng.DataTrain), 0); err != nil {
			t.Fatal(err)
		}
		o := gmm.FitOptions{Components: 3, Kind: kind, Seed: 1, Reg: 1e-4}
		if kind == gmm.PPCA {
			o.Rank = 2
		}
		steps := 0
		o.Progress = func(s gmm.FitStep) { steps++ }
		m, res := fit(t, x, n, o)
		if steps != len(res.Steps) || m.Kind() != kind {
			t.Errorf("%s: progress called %d times for %d iterations of a fit of kind %s", kind, steps, len(res.Steps), m.Kind())
		}
		for i := 1; i < len(res.Steps); i++ {
			if res.Steps[i-1].Reseeded == 0 && res.Steps[i].LogLik < res.Steps[i-1].LogLik-1e-5 {
				t.Errorf("%s: log-likelihood falls from %g to %g", kind, res.Steps[i-1].LogLik, res.Steps[i].LogLik)
			}
		}
		// NMSE of the fitted CME against the true one's, at 5 dB.
		snr := fromDB(5)
		xt, y := observe(t, truth, 2000, snr, 9)
		got, _ := cme(t, gmm.NewEstimator(m, nil), y, snr)
		want, _ := cme(t, gmm.NewEstimator(truth, nil), y, snr)
		eg, _ := meanStd(excess(got, xt, n))
		ew, _ := meanStd(excess(want, xt, n))
		if eg > 1.05*ew {
			t.Errorf("%s: the fitted CME has MSE %g, the true one %g", kind, eg, ew)
		}
	}
}

// A start that leaves components without samples must recover.
func TestFitReseedsEmptyComponents(t *testing.T) {
	const n, b = 2, 200
	x := make([]float64, n*b)
	rng.New(1, rng.DataTrain, 0, 0).Normal(x)
	for i := range b / 2 {
		x[i*n] += 8
	}
	far := []float64{0, 0, 1e3, 1e3, -1e3, 1e3} // two components far from everything
	ones := []float64{1, 1, 1, 1, 1, 1}
	start, err := gmm.NewDiag([]float64{0.4, 0.3, 0.3}, far, ones)
	if err != nil {
		t.Fatal(err)
	}
	m, res := fit(t, x, n, gmm.FitOptions{Components: 3, Kind: gmm.Diag, Start: start})
	if res.Steps[0].Reseeded != 2 {
		t.Errorf("%d components reseeded at first", res.Steps[0].Reseeded)
	}
	if last := res.Steps[len(res.Steps)-1]; last.LogLik < res.Steps[0].LogLik+1 {
		t.Errorf("log-likelihood %g after %g", last.LogLik, res.Steps[0].LogLik)
	}
	for k := range 3 {
		if math.Abs(m.Mean(k)[1]) > 100 || m.Weights()[k] <= 0 {
			t.Errorf("component %d is at %v with weight %g", k, m.Mean(k), m.Weights()[k])
		}
	}
	// More components than distinct samples, for every kind.
	same := slices.Repeat([]float64{1, 2, 3}, 10)
	for _, o := range []gmm.FitOptions{{Components: 4}, {Components: 4, Kind: gmm.Diag}, {Components: 4, Kind: gmm.PPCA, Rank: 1}} {
		o.MaxIter = 3
		m, _ := fit(t, same, 3, o)
		if p := m.Power(); !(p < 1e-3) {
			t.Errorf("%s: power %g of constant data", m.Kind(), p)
		}
	}
}

func TestFitDeterminism(t *testing.T) {
	const n, b = 70, 500
	x := make([]float64, n*b)
	if err := threeKinds(t, n, 4)[gmm.PPCA].Sample(par.New(2), x, 5, uint64(rng.DataTrain), 0); err != nil {
		t.Fatal(err)
	}
	for _, o := range []gmm.FitOptions{{Kind: gmm.Full, Reg: 1e-2}, {Kind: gmm.Diag}, {Kind: gmm.PPCA, Rank: 3}} {
		o.Components, o.MaxIter, o.Seed = 4, 3, 2
		var first *gmm.Mixture
		for _, threads := range []int{1, 2, 3} {
			o.Pool = par.New(threads)
			m, _ := fit(t, x, n, o)
			if first == nil {
				first = m
			} else if !slices.Equal(m.Covariance(2), first.Covariance(2)) || !slices.Equal(m.Weights(), first.Weights()) {
				t.Errorf("%s: other bits with %d threads", o.Kind, threads)
			}
		}
	}
}

func TestFitRefuses(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6}
	start := threeKinds(t, 3, 2)[gmm.Diag]
	for name, c := range map[string]struct {
		x []float64
		n int
		o gmm.FitOptions
	}{
		"ragged":        {x, 4, gmm.FitOptions{Components: 1}},
		"empty":         {nil, 1, gmm.FitOptions{Components: 1}},
		"no dimension":  {x, 0, gmm.FitOptions{Components: 1}},
		"no components": {x, 2, gmm.FitOptions{}},
		"too many":      {x, 2, gmm.FitOptions{Components: 4}},
		"unknown kind":  {x, 2, gmm.FitOptions{Components: 1, Kind: "tied"}},
		"rank":          {x, 2, gmm.FitOptions{Components: 1, Kind: gmm.PPCA, Rank: 2}},
		"tolerance":     {x, 2, gmm.FitOptions{Components: 1, Tol: -1}},
		"other start":   {x, 2, gmm.FitOptions{Components: 2, Start: start}},
		"not finite":    {[]float64{1, math.NaN()}, 1, gmm.FitOptions{Components: 1}},
	} {
		if _, _, err := gmm.Fit(context.Background(), c.x, c.n, c.o); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := gmm.Fit(ctx, x, 2, gmm.FitOptions{Components: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after cancellation", err)
	}
}

func TestParseCovariance(t *testing.T) {
	for in, want := range map[string]struct {
		kind gmm.Kind
		rank int
	}{"full": {gmm.Full, 0}, "diag": {gmm.Diag, 0}, "ppca:16": {gmm.PPCA, 16}} {
		if kind, rank, err := gmm.ParseCovariance(in); err != nil || kind != want.kind || rank != want.rank {
			t.Errorf("%q: %s %d %v", in, kind, rank, err)
		}
	}
	for _, in := range []string{"", "tied", "full:3", "ppca", "ppca:", "ppca:0", "ppca:-1", "ppca:03", "ppca:x"} {
		if _, _, err := gmm.ParseCovariance(in); err == nil {
			t.Errorf("%q is accepted", in)
		}
	}
}

// In more dimensions than one stage of the E-step has, with components far
// and near, the log-likelihood is that of the textbook formula.
func TestFitStages(t *testing.T) {
	const n, k, b = 150, 3, 90
	m, err := gmm.Random(n, k, 2)
	if err != nil {
		t.Fatal(err)
	}
	means, covs := make([]float64, 0, k*n), make([]float64, 0, k*n*n)
	for i := range k {
		mean := m.Mean(i)
		for j := range mean {
			mean[j] += []float64{0, 0.01, 5}[i]
		}
		c := m.Covariance(i)
		for j := range n {
			c[j*(n+1)] += 0.1
		}
		means, covs = append(means, mean...), append(covs, c...)
	}
	start, err := gmm.New(m.Weights(), means, covs)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float64, b*n)
	if err := start.Sample(par.New(2), x, 1, uint64(rng.DataTrain), 0); err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for i := range b {
		l, _, _, _ := naive(start, x[i*n:(i+1)*n], 1)
		want += l / b
	}
	_, res := fit(t, x, n, gmm.FitOptions{Components: k, Start: start, MaxIter: 1})
	closeTo(t, "log-likelihood", res.Steps[0].LogLik, want, 1e-10)
}
