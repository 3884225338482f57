package gmm_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
)

func TestNewRefuses(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		say                  string
		weights, means, covs []float64
		build                func(w, m, c []float64) (*gmm.Mixture, error)
	}{
		{"weights", nil, nil, nil, gmm.New},
		{"weights: sum", []float64{0.5, 0.4}, []float64{0, 0}, []float64{1, 1}, gmm.New},
		{"weights[1]", []float64{1.5, -0.5}, []float64{0, 0}, []float64{1, 1}, gmm.New},
		{"weights[0]", []float64{nan}, []float64{0}, []float64{1}, gmm.New},
		{"means", []float64{0.5, 0.5}, []float64{0, 0, 0}, []float64{1, 1}, gmm.New},
		{"means", []float64{1}, []float64{nan}, []float64{1}, gmm.New},
		{"means", []float64{1}, nil, nil, gmm.New},
		{"covariances", []float64{1}, []float64{0, 0}, []float64{1, 0, 0}, gmm.New},
		{"covariances[0]", []float64{1}, []float64{0}, []float64{math.Inf(1)}, gmm.New},
		{"not symmetric", []float64{1}, []float64{0, 0}, []float64{1, 0.1, 0.2, 1}, gmm.New},
		{"not positive", []float64{1}, []float64{0, 0}, []float64{1, 2, 2, 1}, gmm.New},
		{"covariances", []float64{1}, []float64{0, 0}, []float64{1}, gmm.NewDiag},
		{"covariances[0][1]", []float64{1}, []float64{0, 0}, []float64{1, -1}, gmm.NewDiag},
	} {
		_, err := c.build(c.weights, c.means, c.covs)
		if err == nil || !strings.Contains(err.Error(), c.say) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v %v %v: error %v, want one with %q", c.weights, c.means, c.covs, err, c.say)
		}
	}
	for _, c := range []struct {
		say            string
		factors, noise []float64
	}{
		{"factors", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, []float64{1}}, // q = N
		{"factors", []float64{1, 2}, []float64{1}},
		{"factors[0]", []float64{1, nan, 3}, []float64{1}},
		{"noise", []float64{1, 2, 3}, nil},
		{"noise[0]", []float64{1, 2, 3}, []float64{-1}},
	} {
		if _, err := gmm.NewPPCA([]float64{1}, []float64{0, 0, 0}, c.factors, c.noise); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%v %v: error %v, want one with %q", c.factors, c.noise, err, c.say)
		}
	}
}

// Samples have the mixture's moments, within their standard error.
func TestSampleMoments(t *testing.T) {
	for kind, m := range threeKinds(t, 4, 3) {
		const b = 40000
		x := make([]float64, b*4)
		if err := m.Sample(par.New(2), x, 3, uint64(rng.DataTrain), 0); err != nil {
			t.Fatal(err)
		}
		mean, cov := m.Moments()
		for i := range 4 {
			for j := range 4 {
				p := make([]float64, b)
				for k := range b {
					p[k] = (x[k*4+i] - mean[i]) * (x[k*4+j] - mean[j])
				}
				got, std := meanStd(p)
				if math.Abs(got-cov[i*4+j]) > 5*std/math.Sqrt(b) {
					t.Errorf("%s: covariance[%d][%d] = %g ± %g, want %g", kind, i, j, got, std/math.Sqrt(b), cov[i*4+j])
				}
			}
			col := make([]float64, b)
			for k := range b {
				col[k] = x[k*4+i]
			}
			if got, std := meanStd(col); math.Abs(got-mean[i]) > 5*std/math.Sqrt(b) {
				t.Errorf("%s: mean[%d] = %g, want %g", kind, i, got, mean[i])
			}
		}
		tail := make([]float64, 4*100)
		if err := m.Sample(par.New(1), tail, 3, uint64(rng.DataTrain), b-100); err != nil || !slices.Equal(tail, x[len(x)-len(tail):]) {
			t.Errorf("%s: samples depend on batching or threads (%v)", kind, err)
		}
		if m.Sample(par.New(1), tail[1:], 3, uint64(rng.DataTrain), 0) == nil {
			t.Error("a ragged batch is accepted")
		}
	}
}

func TestMomentsAndNormalize(t *testing.T) {
	for kind, m := range threeKinds(t, 4, 3) {
		mean, cov := m.Moments()
		want := 0.0
		for i := range 4 {
			want += cov[i*5] / 4
		}
		closeTo(t, string(kind)+" power", m.Power(), want, 1e-12)
		z, shift, scale, err := m.Normalize()
		if err != nil {
			t.Fatal(err)
		}
		zm, zc := z.Moments()
		closeTo(t, string(kind)+" normalised power", z.Power(), 1, 1e-12)
		for i := range 4 {
			closeTo(t, "shift", shift[i], mean[i], 1e-12)
			closeTo(t, "normalised mean", zm[i], 0, 1e-12)
		}
		for i := range cov {
			closeTo(t, "normalised covariance", zc[i], cov[i]/scale/scale, 1e-12)
		}
		scales := []float64{1, 2, 3, 4}
		d, err := m.Affine(mean, scales)
		if err != nil {
			t.Fatal(err)
		}
		_, dc := d.Moments()
		for i := range cov {
			closeTo(t, "scaled covariance", dc[i], cov[i]/scales[i/4]/scales[i%4], 1e-12)
		}
		for _, bad := range [][]float64{{0}, {1, 2}, {math.NaN()}} {
			if _, err := m.Affine(mean, bad); err == nil {
				t.Errorf("scale %v is accepted", bad)
			}
		}
	}
}

// The recipe's covariances have one eigenvalue near N and the rest in (0,1),
// its means variance 1/N, and a seed says it all.
func TestRandomRecipe(t *testing.T) {
	const n, k = 24, 40
	m, err := gmm.Random(n, k, 453451)
	if err != nil {
		t.Fatal(err)
	}
	rest, means := []float64{}, []float64{}
	for i := range k {
		l, err := gmm.NewLMMSE(make([]float64, n), m.Covariance(i))
		if err != nil {
			t.Fatal(err)
		}
		// MSE(snr) = Σ λ/(1+snr·λ)/N tells the trace at snr → 0.
		mse, err := l.MSE(1e-12)
		if err != nil {
			t.Fatal(err)
		}
		trace := mse * n
		rest = append(rest, (trace-n)/n) // mean of u
		means = append(means, m.Mean(i)...)
	}
	if got, std := meanStd(rest); math.Abs(got-0.5) > 5*std/math.Sqrt(k) {
		t.Errorf("diag(u) has mean %g, want 1/2", got)
	}
	if got, std := meanStd(rest); math.Abs(std*math.Sqrt(12*n)-1) > 0.5 {
		t.Errorf("diag(u) has spread %g about %g, want that of U(0,1)", std*math.Sqrt(n), got)
	}
	sq := make([]float64, len(means))
	for i, v := range means {
		sq[i] = v * v * n
	}
	if got, std := meanStd(sq); math.Abs(got-1) > 5*std/math.Sqrt(float64(len(sq))) {
		t.Errorf("means have variance %g/N", got)
	}
	again, err := gmm.Random(n, k, 453451)
	if err != nil || !slices.Equal(again.Covariance(7), m.Covariance(7)) || !slices.Equal(again.Weights(), m.Weights()) {
		t.Errorf("a seed does not fix the mixture (%v)", err)
	}
	for _, bad := range [][2]int{{0, 1}, {1, 0}, {1 << 20, 1 << 20}} {
		if _, err := gmm.Random(bad[0], bad[1], 1); err == nil {
			t.Errorf("Random(%d, %d) succeeded", bad[0], bad[1])
		}
	}
}
