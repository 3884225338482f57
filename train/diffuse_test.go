package train

import (
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

func testDiffuser(t *testing.T, o configs.Objective, threads, dim int) *diffuser {
	t.Helper()
	return testDiffuserOf(t, o, 1, threads, dim)
}

func testDiffuserOf(t *testing.T, o configs.Objective, std float64, threads, dim int) *diffuser {
	t.Helper()
	s, err := sched.Paper(10)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDiffuser(s, o, std, 5, threads, dim)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The noise that x_t and x0 imply is N(0,1), or N(0,1/2) a real value of complex
// data, and each target is what package sched converts that noise into.
func TestFill(t *testing.T) {
	for _, noise := range []string{configs.NoiseReal, configs.NoiseComplex} {
		t.Run(noise, func(t *testing.T) { testFill(t, configs.Data{Noise: noise}.NoiseStd()) })
	}
}

func testFill(t *testing.T, std float64) {
	const n, dim = 2000, 6
	pool := par.New(2)
	defer pool.Close()
	x0 := make([]float32, n*dim)
	rng.New(9, rng.DataTrain, 0, 0).Normal32(x0)
	for _, target := range []sched.Target{sched.TargetEpsilon, sched.TargetX0, sched.TargetMean, sched.TargetV} {
		d := testDiffuserOf(t, configs.Objective{Target: string(target), Weighting: "min-snr"}, std, 2, dim)
		e := newExample(n, dim)
		d.fill(pool, e, x0, rng.TrainLevel, rng.TrainNoise, 3, 0)
		counts := make([]int, d.s.T)
		sum, square, count := 0.0, 0.0, 0.0
		eps, x, want := make([]float64, dim), make([]float64, dim), make([]float64, dim)
		for i := range n {
			level := int(e.level[i])
			counts[level]++
			if w := d.s.Weight(sched.WeightMinSNR, target, level); math.Abs(float64(e.weight[i])/w-1) > 1e-6 {
				t.Fatalf("%s: weight %v at level %d, want %v", target, e.weight[i], level, w)
			}
			ab := d.s.AlphaBar[level]
			for k := range dim {
				x[k] = float64(e.x[i*dim+k])
				eps[k] = (x[k] - math.Sqrt(ab)*float64(x0[i*dim+k])) / math.Sqrt(1-ab)
				sum += eps[k]
				square += eps[k] * eps[k]
				count++
			}
			d.s.FromNoise(target, want, eps, x, d.s.At(float64(level)))
			for k, w := range want {
				if got := float64(e.target[i*dim+k]); math.Abs(got-w) > 3e-4*(1+math.Abs(w)) {
					t.Fatalf("%s at level %d: %v, want %v", target, level, got, w)
				}
			}
		}
		if mean, power := sum/count/std, square/count/std/std; math.Abs(mean) > 5/math.Sqrt(count) || math.Abs(power-1) > 5*math.Sqrt(2/count) {
			t.Errorf("noise has mean %v and power %v in units of %v", mean, power, std)
		}
		for level, c := range counts {
			if p := 1 / float64(d.s.T); math.Abs(float64(c)-n*p) > 5*math.Sqrt(n*p*(1-p)) {
				t.Errorf("level %d was drawn %d times of %d", level, c, n)
			}
		}
	}
}

func TestFillIsAFunctionOfSeedStepAndSample(t *testing.T) {
	const n, dim = 12, 5
	x0 := make([]float32, n*dim)
	make1 := func(threads int, step uint64, first, count int) example {
		pool := par.New(threads)
		defer pool.Close()
		e := newExample(count, dim)
		testDiffuser(t, configs.Objective{}, threads, dim).fill(pool, e, x0[:count*dim], rng.TrainLevel, rng.TrainNoise, step, first)
		return e
	}
	whole := make1(1, 4, 0, n)
	if e := make1(3, 4, 0, n); !slices.Equal(e.x, whole.x) || !slices.Equal(e.level, whole.level) {
		t.Error("the batch depends on threads")
	}
	if e := make1(2, 4, 7, 5); !slices.Equal(e.x, whole.x[7*dim:]) || !slices.Equal(e.level, whole.level[7:]) {
		t.Error("a sample depends on where its batch begins")
	}
	if e := make1(1, 5, 0, n); slices.Equal(e.x, whole.x) || slices.Equal(e.level, whole.level) {
		t.Error("two steps have the same noise or levels")
	}
}
