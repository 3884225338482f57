package eval

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// TestModelSNR estimates known SNRs with exact predictors, whose likelihood is
// known, too. At high SNRs samples of a prior of full rank tell little about the
// noise, whatever the estimator: there the greatest likelihood itself is off.
func TestModelSNR(t *testing.T) {
	r := exact(t, 400, 2)
	y := make([]float64, len(r.Test))
	for _, db := range []float64{-15, -7.3, 0, 4.6, 10, 15} {
		r.observe(y, r.Test, db, 0)
		got, err := ModelSNR(context.Background(), r.Schedule, r.Predictor, y)
		if err != nil {
			t.Fatal(err)
		}
		best := likeliest(t, r, y)
		if math.Abs(got-best) > 0.2 {
			t.Errorf("%v dB is estimated as %.2f dB; the likelihood is greatest at %.2f dB", db, got, best)
		} else {
			t.Logf("%v dB: %.2f dB, greatest likelihood at %.2f dB", db, got, best)
		}
	}
	// Beyond the ends of the schedule.
	for db, want := range map[float64]float64{70: r.Schedule.SNRdB(0), -40: r.Schedule.SNRdB(r.Schedule.T - 1)} {
		r.observe(y, r.Test, db, 0)
		if got, err := ModelSNR(context.Background(), r.Schedule, r.Predictor, y); err != nil || math.Abs(got-want) > 1 {
			t.Errorf("%v dB is estimated as %.2f dB, want the end at %.2f dB: %v", db, got, want, err)
		}
	}
}

// likeliest returns the SNR of the greatest likelihood by the mixture's density:
// p_v(y) = √ᾱ^N·p_t(√ᾱ·y).
func likeliest(t *testing.T, r Request, y []float64) float64 {
	t.Helper()
	e := gmm.NewEstimator(r.Prior, r.Pool)
	x, density := make([]float64, len(y)), make([]float64, len(y)/e.Dim())
	best, at := math.Inf(-1), 0.0
	for db := -25.0; db <= 40; db += 0.1 {
		ab := linear(db) / (1 + linear(db))
		for i, v := range y {
			x[i] = math.Sqrt(ab) * v
		}
		if err := e.LogDensity(context.Background(), density, x, sched.Level{AlphaBar: ab}); err != nil {
			t.Fatal(err)
		}
		if l := sum(density) + float64(len(y))/2*math.Log(ab); l > best {
			best, at = l, db
		}
	}
	return at
}

// TestModelSNRGaussian compares with the closed form: for samples of N(0, I),
// y is of power 1 + v.
func TestModelSNRGaussian(t *testing.T) {
	const dim, n = 6, 300
	cov := make([]float64, dim*dim)
	for i := range dim {
		cov[i*dim+i] = 1
	}
	m, err := gmm.New([]float64{1}, make([]float64, dim), cov)
	if err != nil {
		t.Fatal(err)
	}
	pool := par.New(1)
	defer pool.Close()
	s, err := sched.Paper(300)
	if err != nil {
		t.Fatal(err)
	}
	y := make([]float64, n*dim)
	rng.New(1, rng.EvalNoise, 0, 0).Normal(y)
	power := 0.0
	for i := range y {
		y[i] *= math.Sqrt(1.5)
		power += y[i] * y[i] / float64(len(y))
	}
	want := -10 * math.Log10(power-1)
	got, err := ModelSNR(context.Background(), s, gmm.NewEstimator(m, pool), y)
	// The divergence is exact but for its random directions: ε̂ is linear.
	if err != nil || math.Abs(got-want) > 0.5 {
		t.Errorf("estimate %.3f dB, the greatest likelihood is at %.3f dB: %v", got, want, err)
	}
}

func TestModelSNRRefusals(t *testing.T) {
	r := exact(t, 2, 1)
	if _, err := ModelSNR(context.Background(), r.Schedule, r.Predictor, r.Test[:9]); err == nil {
		t.Error("a sample and a half is accepted")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ModelSNR(ctx, r.Schedule, r.Predictor, r.Test); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
