package eval

import (
	"context"
	"io"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// halved is a predictor whose data, and with them its noise, are in units that
// make them smaller by std.
type halved struct {
	sched.Predictor
	std float64
}

func (h halved) PredictNoise(ctx context.Context, eps, x []float64, at sched.Level) error {
	err := h.Predictor.PredictNoise(ctx, eps, scaled(x, 1/h.std), at)
	for i := range eps {
		eps[i] *= h.std
	}
	return err
}

func scaled(x []float64, by float64) []float64 {
	y := slices.Clone(x)
	for i := range y {
		y[i] *= by
	}
	return y
}

// TestConventionIsAUnit: data of power one a complex value are those of power one
// a real value in another unit, and so is all that is computed from them. Every
// figure of a report must be the same, to rounding.
func TestConventionIsAUnit(t *testing.T) {
	r := exact(t, 240, 2)
	r.Denoiser = denoiserOf(t, r.Denoiser.Predictor(), 100, 2, 4) // of parts, as complex samples are
	r.SNRs, r.Match = []float64{-7, 3, 12}, sched.MatchExact
	r.Methods = append(r.Methods, sched.MethodDDIM, sched.Average(2))
	r.Studies = Studies{PerStep: true, Mismatch: []float64{-3, 2}, SweepSteps: []int{1, 5}, Blind: true, Lipschitz: true}
	r.Baselines = append(r.Baselines, "gmm:2")
	fit := func(by float64) func(context.Context, int) (*gmm.Mixture, error) {
		return func(context.Context, int) (*gmm.Mixture, error) {
			d := slices.Repeat([]float64{by * by}, 16)
			return gmm.NewDiag([]float64{0.3, 0.7}, scaled(slices.Repeat([]float64{0.2, -0.1}, 8), by), d)
		}
	}
	r.Fit = fit(1)
	want, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	c, std := r, math.Sqrt2/2
	c.Denoiser = complexOf(t, halved{r.Denoiser.Predictor(), std}, 100)
	c.Test, c.Train = scaled(r.Test, std), Moments{Mean: scaled(r.Train.Mean, std), Cov: scaled(r.Train.Cov, std*std)}
	if c.Prior, err = r.Prior.Affine(make([]float64, r.Prior.Dim()), []float64{1 / std}); err != nil {
		t.Fatal(err)
	}
	c.Fit = fit(std)
	got, err := Sweep(context.Background(), c, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 3*10 || len(got.PerStep) == 0 || len(got.Mismatch) == 0 || len(got.FewerSteps) == 0 || len(got.Blind) == 0 || len(got.Lipschitz) == 0 {
		t.Fatalf("the report is not complete: %d rows", len(got.Rows))
	}
	close := cmpopts.EquateApprox(1e-6, 1e-9) // Lipschitz constants are of numerical derivatives
	plain := cmp.Transformer("plain", func(v report.Float) float64 { return float64(v) })
	if d := cmp.Diff(want, got, close, plain, cmpopts.IgnoreFields(report.Row{}, "Seconds"), cmpopts.IgnoreUnexported(report.Report{})); d != "" {
		t.Errorf("in another unit (-real +complex):\n%s", d)
	}
}

// complexOf is denoiserOf for data of power one a complex value.
func complexOf(t *testing.T, p sched.Predictor, steps int) *denoiser.Denoiser {
	t.Helper()
	c := configs.Default()
	c.Schedule.Steps, c.Data.Noise = steps, configs.NoiseComplex
	d, err := denoiser.New(c, p, []int{2, p.Dim() / 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestConventions compares both conventions with closed forms: for white noise on
// Gaussian samples of variances λ, in units of σ² = Std²/SNR, the NMSE of the
// observation is 1/SNR and that of the best estimator Σ λσ²/(λ+σ²) / Σ λ.
func TestConventions(t *testing.T) {
	const n, d = 20_000, 4
	for _, std := range []float64{1, math.Sqrt2 / 2} {
		lam := scaled([]float64{0.1, 0.5, 1.2, 2.2}, std*std) // average power std²
		cov := make([]float64, d*d)
		for k, v := range lam {
			cov[k*d+k] = v
		}
		r := exact(t, 1, 2)
		r.Prior, r.SNRs, r.Match = nil, []float64{-5, 0, 5, 10}, sched.MatchExact
		r.Baselines, r.Methods = []string{"ls", "wiener", "lmmse"}, []sched.Method{sched.MethodMean, sched.MethodOneShot}
		r.Train = Moments{Mean: make([]float64, d), Cov: cov}
		if r.Denoiser = denoiserOf(t, white{lam, std}, 300); std != 1 {
			r.Denoiser = complexOf(t, white{lam, std}, 300)
		}
		r.Test = make([]float64, n*d)
		rng.New(4, rng.DataTest, 0, 0).Normal(r.Test)
		for i := range r.Test {
			r.Test[i] *= math.Sqrt(lam[i%d])
		}
		rep, err := Sweep(context.Background(), r, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rep.Rows {
			v := std * std / decibel.Linear(row.SNR)
			want, power := 0.0, 0.0
			for _, l := range lam {
				want += l * v / (l + v)
				power += l
			}
			want /= power
			switch row.Method {
			case "ls":
				want = 1 / decibel.Linear(row.SNR)
			case "wiener":
				want = 1 / (1 + decibel.Linear(row.SNR))
			}
			if d := float64(row.NMSEdB) - decibel.Of(want); math.Abs(d) > 3*float64(row.CI95dB) {
				t.Errorf("std %.3g, %v dB: %s has %.4f dB, want %.4f ± %.4f", std, row.SNR, row.Method, row.NMSEdB, decibel.Of(want), row.CI95dB)
			}
		}
	}
}

// white is the exact predictor of independent Gaussian values of variances lam,
// for ε of standard deviation std.
type white struct {
	lam []float64
	std float64
}

func (w white) Dim() int { return len(w.lam) }

func (w white) PredictNoise(_ context.Context, eps, x []float64, at sched.Level) error {
	v := w.std * w.std
	for i, u := range x {
		eps[i] = math.Sqrt(1-at.AlphaBar) * v / (at.AlphaBar*w.lam[i%len(w.lam)] + (1-at.AlphaBar)*v) * u
	}
	return nil
}
