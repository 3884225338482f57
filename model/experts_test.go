package model_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/sched"
)

// newExperts returns a network of experts that knows the levels of a schedule.
func newExperts(t *testing.T, c configs.Experts, s *sched.Schedule, shape ...int) *model.Network {
	t.Helper()
	net, err := model.New(newRuntime(t, 2), configs.Model{Kind: "experts", Experts: c}, shape, 3)
	if err != nil {
		t.Fatal(err)
	}
	if err := net.Levels(s.SNR); err != nil {
		t.Fatal(err)
	}
	return net
}

// fittedMixture is one of low rank, of samples that have no simple law.
func fittedMixture(t *testing.T, components, rank, dim int) *gmm.Mixture {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, 400*dim)
	for i := range x {
		x[i] = math.Sin(float64(i%dim)*float64(i/dim%7)) + 0.4*r.NormFloat64()
	}
	m, _, err := gmm.Fit(context.Background(), x, dim, gmm.FitOptions{Components: components, Kind: gmm.PPCA, Rank: rank, MaxIter: 2})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Experts that begin with a mixture predict what its exact estimator does, which
// computes in float64 by other formulas, at whole and at fractional levels.
func TestExpertsFromMixture(t *testing.T) {
	const n, dim = 40, 14
	s, err := sched.Paper(100)
	if err != nil {
		t.Fatal(err)
	}
	m := fittedMixture(t, 6, 4, dim)
	net := newExperts(t, configs.Experts{Count: 6, Rank: 4, Levels: s.T}, s, 2, 7)
	if err := net.FromMixture(m); err != nil {
		t.Fatal(err)
	}
	exact, p := gmm.NewEstimator(m, nil), model.NewPredictor(net, 16)
	defer p.Close()
	r := rand.New(rand.NewPCG(3, 4))
	for _, at := range []float64{0, 3, 20.25, 50, 77.5, 99} {
		level := s.At(at)
		x, want, got := make([]float64, n*dim), make([]float64, n*dim), make([]float64, n*dim)
		for i := range n {
			mean := m.Mean(r.IntN(6))
			for j := range dim {
				x[i*dim+j] = math.Sqrt(level.AlphaBar)*(mean[j]+0.3*r.NormFloat64()) + math.Sqrt(1-level.AlphaBar)*r.NormFloat64()
			}
		}
		if err := exact.PredictNoise(context.Background(), want, x, level); err != nil {
			t.Fatal(err)
		}
		if err := p.PredictNoise(context.Background(), got, x, level); err != nil {
			t.Fatal(err)
		}
		sum, diff := 0.0, 0.0
		for i, v := range want {
			sum += v * v
			diff += (v - got[i]) * (v - got[i])
		}
		if e := math.Sqrt(diff / sum); !(e < 1e-4) {
			t.Errorf("level %v: %.2g from the exact estimator", at, e)
		} else {
			t.Logf("level %v: %.2g", at, e)
		}
	}
}

// What does not fit is refused.
func TestExpertsRefuse(t *testing.T) {
	s, err := sched.Paper(10)
	if err != nil {
		t.Fatal(err)
	}
	net := newExperts(t, configs.Experts{Count: 3, Rank: 2, Levels: 10}, s, 1, 5)
	if err := net.Levels(s.SNR[:9]); err == nil {
		t.Error("too few levels are taken")
	}
	for name, m := range map[string]*gmm.Mixture{"components": fittedMixture(t, 2, 2, 5), "rank": fittedMixture(t, 3, 3, 5), "dimension": fittedMixture(t, 3, 2, 6)} {
		if err := net.FromMixture(m); err == nil {
			t.Errorf("a mixture of another %s is taken", name)
		}
	}
	if _, err := model.New(newRuntime(t, 1), configs.Model{Kind: "experts", Experts: configs.Experts{Count: 3, Rank: 6, Levels: 10}}, []int{1, 5}, 1); err == nil {
		t.Error("more directions than values are taken")
	}
	mlp := newMLP(t, configs.MLP{Width: 8, Hidden: 8, Blocks: 1}, 1, 5)
	if err := mlp.FromMixture(fittedMixture(t, 3, 2, 5)); err == nil {
		t.Error("a network of another kind takes a mixture")
	}
	if err := mlp.Levels(s.SNR); err != nil {
		t.Errorf("a network that does not ask for levels: %v", err)
	}
}
