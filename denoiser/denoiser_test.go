package denoiser

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// TestUnits: what is done in the data's units is what is done to normalised
// samples, and the noise there is scale·s/√SNR.
func TestUnits(t *testing.T) {
	norm := &data.Norm{Mean: []float64{1, 2, 3, 4, 5, 6}, Scale: []float64{0.5}}
	for convention, std := range conventions {
		d := whiteDenoiser(t, convention, norm)
		y := []float64{1, 0, -1, 2, 0.5, 3}
		own := slices.Clone(y)
		norm.InvertBatch(own)
		for _, m := range []sched.Method{sched.MethodMean, sched.MethodOneShot, sched.MethodResample, sched.Average(2)} {
			a, err := d.Denoise(context.Background(), y, Options{SNR: 3, Method: m, Normalized: true, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			b, err := d.Denoise(context.Background(), own, Options{SNR: 3, Method: m, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			norm.ApplyBatch(b.X)
			if far(a.X, b.X) > 1e-12 || a.Calls != b.Calls {
				t.Errorf("%s, %v: %v in the data's units, %v normalised", convention, m, b.X, a.X)
			}
		}
		if got, want := d.Sigma(7), 0.5*std/math.Sqrt(decibel.Linear(7)); math.Abs(got-want) > 1e-15 || math.Abs(d.SNR(got)-7) > 1e-12 {
			t.Errorf("%s: 7 dB are σ = %v, want %v; and that is %v dB", convention, got, want, d.SNR(got))
		}
		a, err := d.Generate(context.Background(), 2, GenerateOptions{Normalized: true, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.Generate(context.Background(), 1, GenerateOptions{Seed: 3, First: 1})
		if err != nil {
			t.Fatal(err)
		}
		norm.ApplyBatch(b)
		if far(a[6:], b) > 1e-12 {
			t.Errorf("%s: generated %v and %v", convention, a[6:], b)
		}
	}
}

// TestAboveTheTop: an observation that is returned is returned bitwise, in any unit.
func TestAboveTheTop(t *testing.T) {
	norm := &data.Norm{Mean: []float64{1e8, 1. / 3, 0, -7, 0.1, 1e-9}, Scale: []float64{0.37}}
	d := whiteDenoiser(t, configs.NoiseReal, norm)
	y := []float64{1e8 + 0.3, 0.7, 1e-20, math.Pi, 0.3, 1}
	for _, normalized := range []bool{false, true} {
		if r, err := d.Denoise(context.Background(), y, Options{SNR: 60, Normalized: normalized}); err != nil || !slices.Equal(r.X, y) || r.Note == "" {
			t.Errorf("normalised %v: %v became %v: %v", normalized, y, r.X, err)
		}
	}
}

func far(a, b []float64) float64 {
	most := 0.0
	for i, v := range a {
		most = max(most, math.Abs(v-b[i]))
	}
	return most
}

// TestConvention: for a white Gaussian prior of power one in the convention's unit
// everything is known: the conditional mean is the Wiener filter SNR/(1+SNR)·y, a
// draw from the posterior doubles its error, and what is generated has the prior's
// power.
func TestConvention(t *testing.T) {
	const n, db = 3000, 4.0
	snr := decibel.Linear(db)
	for convention, std := range conventions {
		d := whiteDenoiser(t, convention, nil)
		x, y := make([]float64, n*6), make([]float64, n*6)
		rng.New(1, rng.DataTest, 0, 0).Normal(x)
		rng.New(1, rng.EvalNoise, 0, 0).Normal(y)
		for i := range x {
			x[i] *= std
			y[i] = x[i] + d.NoiseStd()*y[i]/math.Sqrt(snr)
		}
		r, err := d.Denoise(context.Background(), y, Options{SNR: db, Method: sched.MethodOneShot, Match: sched.MatchExact})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range y {
			if want := snr / (1 + snr) * v; math.Abs(r.X[i]-want) > 1e-12 {
				t.Fatalf("%s: %v becomes %v, want %v", convention, v, r.X[i], want)
			}
		}
		if r, err = d.Denoise(context.Background(), y, Options{SNR: db, Method: sched.MethodResample, Match: sched.MatchExact}); err != nil {
			t.Fatal(err)
		}
		e := 0.0
		for i, v := range x {
			e += (r.X[i] - v) * (r.X[i] - v) / float64(len(x)) / (std * std)
		}
		// Three standard errors, and what the finite steps miss.
		if want := 2 / (1 + snr); math.Abs(e/want-1) > 3*math.Sqrt(2.0/float64(len(x)))+0.03 {
			t.Errorf("%s: a draw from the posterior has the error %.4f, want %.4f", convention, e, want)
		}
		g, err := d.Generate(context.Background(), 500, GenerateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		power := 0.0
		for _, v := range g {
			power += v * v / float64(len(g)) / (std * std)
		}
		if math.Abs(power-1) > 3*math.Sqrt(2.0/float64(len(g)))+0.03 {
			t.Errorf("%s: generated samples have %.4f of the prior's power", convention, power)
		}
	}
}

// TestConcurrent: calls at the same time give what they give alone.
func TestConcurrent(t *testing.T) {
	dir, _ := checkpointOf(t, nil)
	for _, path := range []string{dir, mixture} {
		d, err := Load(path, WithThreads(2))
		if err != nil {
			t.Fatal(err)
		}
		const calls = 6
		call := func(i int) []float64 {
			y := make([]float64, (i+1)*d.Dim()) // of another size each
			rng.New(uint64(i), rng.EvalNoise, 0, 0).Normal(y)
			if i == 3 {
				x, err := d.Generate(context.Background(), 2, GenerateOptions{Seed: 4, Steps: 5})
				if err != nil {
					t.Error(err)
				}
				return x
			}
			r, err := d.Denoise(context.Background(), y, Options{SNR: float64(5 * i), Method: sched.MethodResample})
			if err != nil {
				t.Error(err)
			}
			return r.X
		}
		var want, got [calls][]float64
		for i := range want {
			want[i] = call(i)
		}
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i] = call(i) })
		}
		all.Wait()
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("%s: call %d gives something else beside others", path, i)
			}
		}
		all.Go(func() { _, _ = d.Generate(context.Background(), 50, GenerateOptions{}) }) // done or refused
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if _, err := d.Denoise(context.Background(), make([]float64, d.Dim()), Options{}); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// TestWaitingEnds: a call that waits for its turn ends with its context.
func TestWaitingEnds(t *testing.T) {
	d := exact(t)
	d.turns.turn <- struct{}{} // a long prediction
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Denoise(ctx, make([]float64, 8), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	<-d.turns.turn
}

func TestBatches(t *testing.T) {
	d := exact(t)
	nan := make([]float64, 16)
	nan[13] = math.NaN()
	for name, y := range map[string][]float64{"nothing": nil, "half a sample": make([]float64, 12), "not a number": nan} {
		if _, err := d.Denoise(context.Background(), y, Options{}); err == nil {
			t.Errorf("%s is denoised", name)
		}
	}
	if _, err := d.Denoise(context.Background(), make([]float64, 8), Options{SNR: math.NaN()}); err == nil {
		t.Error("an SNR that is no number")
	}
	if r, err := d.Denoise(context.Background(), make([]float64, 8), Options{SNR: 300}); err != nil || r.Note == "" || r.THat != -1 {
		t.Errorf("an SNR above the schedule: %+v: %v", r, err)
	}
	for _, n := range []int{0, -1, math.MaxInt} {
		if _, err := d.Generate(context.Background(), n, GenerateOptions{}); err == nil {
			t.Errorf("%d samples are generated", n)
		}
	}
	if _, err := New(configs.Default(), white{6, 1, 1}, []int{1, 7}, nil); err == nil {
		t.Error("a shape of another size is taken")
	}
	for _, change := range []func(*configs.Config){
		func(c *configs.Config) { c.Schedule.Kind = "steep" },
		func(c *configs.Config) { c.Objective.Target = "y" },
		func(c *configs.Config) { c.Adapt.Levels = configs.Schedule{Kind: "steep", Steps: 5} },
	} {
		c := configs.Default()
		change(&c)
		if _, err := New(c, white{6, 1, 1}, []int{1, 6}, nil); err == nil {
			t.Error("settings out of range are taken")
		}
	}
}
