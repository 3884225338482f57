package gmm_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// threeKinds returns a mixture of each kind, k components in n dimensions.
func threeKinds(t testing.TB, n, k int) map[gmm.Kind]*gmm.Mixture {
	t.Helper()
	full, err := gmm.Random(n, k, 5)
	if err != nil {
		t.Fatal(err)
	}
	means := make([]float64, 0, n*k)
	for i := range k {
		means = append(means, full.Mean(i)...)
	}
	r := rng.New(1, rng.Init, 0, 0)
	vars, factors, noise := make([]float64, n*k), make([]float64, n*k*2), make([]float64, k)
	r.Normal(factors)
	for i := range vars {
		vars[i] = r.Rand().Float64() * 2
	}
	for i := range noise {
		noise[i] = 0.1 + r.Rand().Float64()
	}
	vars[0] = 0 // a dimension without variance is allowed
	diag, err1 := gmm.NewDiag(full.Weights(), means, vars)
	ppca, err2 := gmm.NewPPCA(full.Weights(), means, factors, noise)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return map[gmm.Kind]*gmm.Mixture{gmm.Full: full, gmm.Diag: diag, gmm.PPCA: ppca}
}

// naive evaluates the posterior of one x_t by the textbook formulas, with a
// matrix inverse for every component.
func naive(m *gmm.Mixture, x []float64, ab float64) (logp float64, score, cme []float64, trace float64) {
	n, k := m.Dim(), m.Components()
	score, cme = make([]float64, n), make([]float64, n)
	logs, second := make([]float64, k), make([]float64, k)
	scores, means := make([][]float64, k), make([][]float64, k)
	top := math.Inf(-1)
	for i := range k {
		c := mat.NewDense(n, n, m.Covariance(i))
		var s, inv, gain, post mat.Dense
		s.Scale(ab, c)
		for j := range n {
			s.Set(j, j, s.At(j, j)+1-ab)
		}
		if err := inv.Inverse(&s); err != nil {
			panic(err)
		}
		d := make([]float64, n)
		for j, v := range m.Mean(i) {
			d[j] = x[j] - math.Sqrt(ab)*v
		}
		var sd, mu mat.VecDense
		sd.MulVec(&inv, mat.NewVecDense(n, d))
		logdet, _ := mat.LogDet(&s)
		logs[i] = math.Log(m.Weights()[i]) - (float64(n)*math.Log(2*math.Pi)+logdet+mat.Dot(mat.NewVecDense(n, d), &sd))/2
		top = max(top, logs[i])
		mu.MulVec(c, &sd)
		gain.Mul(c, &inv)
		post.Mul(&gain, c) // Cov(x0|x_t,k) = C - ᾱ·C·S⁻¹·C
		post.Scale(-ab, &post)
		post.Add(c, &post)
		scores[i], means[i] = make([]float64, n), make([]float64, n)
		for j := range n {
			scores[i][j] = -sd.AtVec(j)
			means[i][j] = m.Mean(i)[j] + math.Sqrt(ab)*mu.AtVec(j)
			second[i] += post.At(j, j) + means[i][j]*means[i][j]
		}
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - top)
	}
	logp = top + math.Log(sum)
	for i, l := range logs {
		r := math.Exp(l - logp)
		for j := range n {
			score[j] += r * scores[i][j]
			cme[j] += r * means[i][j]
		}
		trace += r * second[i]
	}
	for _, v := range cme {
		trace -= v * v
	}
	return logp, score, cme, trace
}

func TestEstimatorAgainstNaive(t *testing.T) {
	ctx := context.Background()
	for kind, m := range threeKinds(t, 6, 4) {
		e := gmm.NewEstimator(m, par.New(2))
		for _, ab := range []float64{1e-4, 0.3, 0.9, 0.9999} {
			at := sched.Level{AlphaBar: ab}
			const b = 70 // more than one chunk, the last one partial
			x, eps, xhat := make([]float64, b*6), make([]float64, b*6), make([]float64, b*6)
			rng.New(2, rng.Init, 0, 0).Normal(x)
			logp, trace := make([]float64, b), make([]float64, b)
			if err := errors.Join(e.PredictNoise(ctx, eps, x, at), e.CME(ctx, xhat, trace, x, at), e.LogDensity(ctx, logp, x, at)); err != nil {
				t.Fatal(err)
			}
			for i := range b {
				l, score, mean, tr := naive(m, x[i*6:(i+1)*6], ab)
				what := fmt.Sprintf("%s at %g, sample %d", kind, ab, i)
				closeTo(t, what+" log density", logp[i], l, 1e-9)
				closeTo(t, what+" trace", trace[i], tr, 1e-8)
				for j := range 6 {
					closeTo(t, what+" eps", eps[i*6+j], -math.Sqrt(1-ab)*score[j], 1e-9)
					closeTo(t, what+" mean", xhat[i*6+j], mean[j], 1e-9)
				}
			}
		}
	}
}

func closeTo(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
		t.Errorf("%s: %.12g, want %.12g", what, got, want)
	}
}

// The score is the gradient of the log density.
func TestNoiseIsGradient(t *testing.T) {
	ctx := context.Background()
	for kind, m := range threeKinds(t, 5, 3) {
		e := gmm.NewEstimator(m, nil)
		at := sched.Level{AlphaBar: 0.4}
		x, eps := []float64{0.3, -1, 0.7, 1.9, -0.2}, make([]float64, 5)
		if err := e.PredictNoise(ctx, eps, x, at); err != nil {
			t.Fatal(err)
		}
		const h = 1e-5
		for j := range x {
			var l [2]float64
			for s, d := range []float64{h, -h} {
				y := slices.Clone(x)
				y[j] += d
				if err := e.LogDensity(ctx, l[s:s+1], y, at); err != nil {
					t.Fatal(err)
				}
			}
			closeTo(t, string(kind), eps[j], -math.Sqrt(0.6)*(l[0]-l[1])/(2*h), 1e-8)
		}
	}
}

// Results do not depend on threads or batching, to the last bit.
func TestEstimatorDeterminism(t *testing.T) {
	ctx := context.Background()
	for kind, m := range threeKinds(t, 70, 5) {
		at := sched.Level{AlphaBar: 0.2}
		const b = 150
		x := make([]float64, b*70)
		rng.New(2, rng.Init, 0, 0).Normal(x)
		var want []float64
		for _, threads := range []int{1, 2, 5} {
			e := gmm.NewEstimator(m, par.New(threads))
			for _, cut := range [][]int{{0, b}, {0, 1, 40, 41, 110, b}} {
				got := make([]float64, len(x))
				for i := 1; i < len(cut); i++ {
					lo, hi := cut[i-1]*70, cut[i]*70
					if err := e.PredictNoise(ctx, got[lo:hi], x[lo:hi], at); err != nil {
						t.Fatal(err)
					}
				}
				if want == nil {
					want = got
				} else if !slices.Equal(got, want) {
					t.Errorf("%s: %d threads, batches %v: other bits", kind, threads, cut)
				}
			}
		}
	}
}

func TestEstimatorRefuses(t *testing.T) {
	m := threeKinds(t, 3, 2)[gmm.Full]
	e := gmm.NewEstimator(m, nil)
	ctx, x := context.Background(), make([]float64, 6)
	mid := sched.Level{AlphaBar: 0.5}
	for name, err := range map[string]error{
		"ragged":        e.PredictNoise(ctx, x[:4], x[:4], mid),
		"short noise":   e.PredictNoise(ctx, x[:3], x, mid),
		"clean level":   e.PredictNoise(ctx, x, make([]float64, 6), sched.Level{AlphaBar: 1}),
		"short mean":    e.CME(ctx, x[:3], nil, x, mid),
		"short trace":   e.CME(ctx, nil, x[:1], x, mid),
		"short density": e.LogDensity(ctx, x[:1], x, mid),
		"SNR":           e.Denoise(ctx, nil, nil, x, math.NaN()),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if err := e.PredictNoise(done, make([]float64, 6), x, mid); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after cancellation", err)
	}
	if err := e.CME(ctx, nil, nil, nil, mid); err != nil {
		t.Errorf("empty batch: %v", err)
	}
}

// jacobian of the mean map x_t → E[x_{t-1}|x_t] at x by central differences.
func jacobian(t *testing.T, e *gmm.Estimator, s *sched.Schedule, i int, x []float64) *mat.Dense {
	n := e.Dim()
	j := mat.NewDense(n, n, nil)
	const h = 1e-5
	for c := range n {
		var out [2][]float64
		for k, d := range []float64{h, -h} {
			out[k] = slices.Clone(x)
			out[k][c] += d
			if err := sched.Mean(context.Background(), e, out[k], s.Steps(float64(i))[:1], nil); err != nil {
				t.Fatal(err)
			}
		}
		for r := range n {
			j.Set(r, c, (out[0][r]-out[1][r])/(2*h))
		}
	}
	return j
}

// J = A·I + CovFactor·Cov(x0|x_t) at every step, checked on its trace, and
// ‖J‖ ≤ 1/√α for log-concave priors.
func TestJacobian(t *testing.T) {
	s := paper(t, 100)
	m, _ := fixture(t, "rand_gmm_n8_k4.npz")
	_, cov := m.Moments()
	single, err := gmm.New([]float64{1}, make([]float64, 8), cov)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*gmm.Mixture{"mixture": m, "Gaussian": single} {
		e := gmm.NewEstimator(m, nil)
		for _, i := range []int{1, 5, 20, 50, 99} {
			_, y := observe(t, m, 3, s.SNR[i], uint64(i))
			for k := range y {
				y[k] *= math.Sqrt(s.AlphaBar[i])
			}
			trace := make([]float64, 3)
			if err := e.CME(context.Background(), nil, trace, y, s.At(float64(i))); err != nil {
				t.Fatal(err)
			}
			for k := range trace {
				j := jacobian(t, e, s, i, y[8*k:8*(k+1)])
				closeTo(t, fmt.Sprintf("%s, level %d: tr J", name, i), mat.Trace(j), 8*s.Lipschitz(i)+s.CovFactor(i)*trace[k], 1e-6)
				var svd mat.SVD
				if !svd.Factorize(j, mat.SVDNone) {
					t.Fatal("no singular values")
				}
				if norm := svd.Values(nil)[0]; name == "Gaussian" && norm > 1/math.Sqrt(s.Alpha[i])+1e-6 {
					t.Errorf("level %d: ‖J‖ = %g > 1/√α = %g", i, norm, 1/math.Sqrt(s.Alpha[i]))
				}
			}
		}
	}
}

func BenchmarkPredictNoise(b *testing.B) {
	for _, c := range []struct{ n, k int }{{8, 4}, {64, 128}} {
		m, err := gmm.Random(c.n, c.k, 1)
		if err != nil {
			b.Fatal(err)
		}
		if m, _, _, err = m.Normalize(); err != nil {
			b.Fatal(err)
		}
		const batch = 256
		_, x := observe(b, m, batch, 1, 1)
		eps := make([]float64, len(x))
		e := gmm.NewEstimator(m, nil)
		for _, ab := range []float64{0.1, 0.9} {
			b.Run(fmt.Sprintf("n%d_k%d/%g", c.n, c.k, ab), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := e.PredictNoise(context.Background(), eps, x, sched.Level{AlphaBar: ab}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(b.Elapsed().Seconds()/float64(b.N*batch)*1e6, "µs/sample")
			})
		}
	}
}
