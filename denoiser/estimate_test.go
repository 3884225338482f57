package denoiser

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// mixture is that of 4 Gaussians in 8 dimensions.
const mixture = ExactPrefix + "../gmm/testdata/rand_gmm_n8_k4.npz"

// exact returns the exact predictor of the mixture on 100 levels.
func exact(t testing.TB, options ...Option) *Denoiser {
	t.Helper()
	d, err := Load(mixture, append([]Option{WithSteps(100), WithThreads(2)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// draw returns n normalised samples of the prior.
func draw(t testing.TB, d *Denoiser, n int) []float64 {
	t.Helper()
	pool := par.New(1)
	defer pool.Close()
	x := make([]float64, n*d.Dim())
	if err := d.Mixture().Sample(pool, x, 1, uint64(rng.DataTest), 0); err != nil {
		t.Fatal(err)
	}
	return x
}

// observe returns y = x + n at an SNR in dB; the noise of sample i is a function of i.
func observe(d *Denoiser, x []float64, db float64) []float64 {
	y := make([]float64, len(x))
	var s rng.Stream
	for i := range len(x) / d.Dim() {
		s.Reset(3, rng.EvalNoise, uint64(int64(db*1000)), uint64(i))
		s.Normal(y[i*d.Dim():][:d.Dim()])
	}
	for i, v := range x {
		y[i] = v + d.std*y[i]/math.Sqrt(decibel.Linear(db))
	}
	return y
}

// TestEstimateSNR estimates known SNRs with exact predictors, whose likelihood is
// known, too. At high SNRs samples of a prior of full rank tell little about the
// noise, whatever the estimator: there the greatest likelihood itself is off.
func TestEstimateSNR(t *testing.T) {
	d := exact(t)
	x := draw(t, d, 400)
	for _, db := range []float64{-15, -7.3, 0, 4.6, 10, 15} {
		y := observe(d, x, db)
		got, err := d.EstimateSNR(context.Background(), y, true)
		if err != nil {
			t.Fatal(err)
		}
		best := likeliest(t, d, y)
		if math.Abs(got-best) > 0.2 {
			t.Errorf("%v dB is estimated as %.2f dB; the likelihood is greatest at %.2f dB", db, got, best)
		} else {
			t.Logf("%v dB: %.2f dB, greatest likelihood at %.2f dB", db, got, best)
		}
		d.norm.InvertBatch(y)
		if own, err := d.EstimateSNR(context.Background(), y, false); err != nil || math.Abs(own-got) > 0.02 {
			t.Errorf("in the data's units the estimate is %.3f dB, normalised %.3f dB: %v", own, got, err)
		}
	}
	// Beyond the ends of the schedule.
	for db, want := range map[float64]float64{70: d.Schedule().SNRdB(0), -40: d.Schedule().SNRdB(d.Schedule().T - 1)} {
		if got, err := d.EstimateSNR(context.Background(), observe(d, x, db), true); err != nil || math.Abs(got-want) > 1 {
			t.Errorf("%v dB is estimated as %.2f dB, want the end at %.2f dB: %v", db, got, want, err)
		}
	}
}

// likeliest returns the SNR of the greatest likelihood by the mixture's density:
// p_v(y) = √ᾱ^N·p_t(√ᾱ·y).
func likeliest(t *testing.T, d *Denoiser, y []float64) float64 {
	t.Helper()
	pool := par.New(1)
	defer pool.Close()
	e := gmm.NewEstimator(d.Mixture(), pool)
	x, density := make([]float64, len(y)), make([]float64, len(y)/e.Dim())
	best, at := math.Inf(-1), 0.0
	for db := -25.0; db <= 40; db += 0.1 {
		ab := decibel.Linear(db) / (1 + decibel.Linear(db))
		for i, v := range y {
			x[i] = math.Sqrt(ab) * v
		}
		if err := e.LogDensity(context.Background(), density, x, sched.Level{AlphaBar: ab}); err != nil {
			t.Fatal(err)
		}
		l := float64(len(y)) / 2 * math.Log(ab)
		for _, v := range density {
			l += v
		}
		if l > best {
			best, at = l, db
		}
	}
	return at
}

// white predicts the noise of independent values of variance lam exactly; ε has the
// standard deviation std.
type white struct {
	dim      int
	lam, std float64
}

func (w white) Dim() int { return w.dim }

func (w white) PredictNoise(_ context.Context, eps, x []float64, at sched.Level) error {
	v := (1 - at.AlphaBar) * w.std * w.std
	for i, u := range x {
		eps[i] = v / (at.AlphaBar*w.lam + v) * u / math.Sqrt(1-at.AlphaBar)
	}
	return nil
}

// conventions are those of noise, with the standard deviation of a real value of ε.
var conventions = map[string]float64{configs.NoiseReal: 1, configs.NoiseComplex: math.Sqrt2 / 2}

// whiteDenoiser returns one of a white prior of power one in the convention's unit.
func whiteDenoiser(t *testing.T, convention string, norm *data.Norm) *Denoiser {
	t.Helper()
	c := configs.Default()
	c.Data.Noise = convention
	std := conventions[convention]
	d, err := New(c, white{6, std * std, std}, []int{2, 3}, norm)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestEstimateSNRGaussian compares with the closed form: for samples of N(0, s²I),
// y is of power s²(1 + 1/SNR).
func TestEstimateSNRGaussian(t *testing.T) {
	for convention, std := range conventions {
		d := whiteDenoiser(t, convention, nil)
		y := make([]float64, 300*6)
		rng.New(1, rng.EvalNoise, 0, 0).Normal(y)
		power := 0.0
		for i := range y {
			y[i] *= std * math.Sqrt(1.5)
			power += y[i] * y[i] / float64(len(y)) / (std * std)
		}
		want := -decibel.Of(power - 1)
		got, err := d.EstimateSNR(context.Background(), y, true)
		// The divergence is exact but for its random directions: ε̂ is linear.
		if err != nil || math.Abs(got-want) > 0.5 {
			t.Errorf("%s: estimate %.3f dB, the greatest likelihood is at %.3f dB: %v", convention, got, want, err)
		}
	}
}

func TestEstimateSNRRefusals(t *testing.T) {
	d := exact(t)
	x := draw(t, d, 2)
	if _, err := d.EstimateSNR(context.Background(), x[:9], true); err == nil {
		t.Error("a sample and a half is accepted")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.EstimateSNR(ctx, x, true); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
