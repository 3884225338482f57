package eval

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/op"
)

// ordered is a data set in a file class by class: the first half of its samples,
// of shape (1,2,2), have the values ±1, the second half ±3.
func ordered(t *testing.T, n int) configs.Config {
	t.Helper()
	x := make([]float32, 4*n)
	for i := range x {
		x[i] = 1 - 2*float32(i*i*7%11%2)
		if i >= len(x)/2 {
			x[i] *= 3
		}
	}
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, weights.FromFloat32("", []int{n, 1, 2, 2}, x)); err != nil {
		t.Fatal(err)
	}
	c := configs.Default()
	c.Data.Kind, c.Data.Dir, c.Data.Normalize = "npy", filepath.Join(t.TempDir(), "x.npy"), "none"
	if err := os.WriteFile(c.Data.Dir, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOrderedTestSplit: some of the test samples of a file that is in order have the
// power of all of them, are the first of any larger number, and are images of one range.
func TestOrderedTestSplit(t *testing.T) {
	c := ordered(t, 4000)
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	const dim = 4
	d := denoiserOf(t, exactWhite(t, rt.Pool(), dim), 20, 1, 2, 2)
	of := func(samples int) *Request {
		c := c
		c.Eval.Samples, c.Eval.Baselines = samples, nil
		r, err := source{rt: rt}.request(context.Background(), d, c)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	all := of(0)
	if len(all.Test) != 400*dim {
		t.Fatalf("%d values", len(all.Test))
	}
	for _, n := range []int{1, 50, 100, 399} {
		r := of(n)
		if !slices.Equal(r.Test, all.Test[:n*dim]) {
			t.Errorf("%d samples are not the first of all", n)
		}
		if r.Image.Range != 6 || r.Image.Low != -3 {
			t.Errorf("%d samples: range %v from %v, want 6 from -3", n, r.Image.Range, r.Image.Low)
		}
		// Powers are 1 and 9 with equal shares: mean 5, standard deviation 4.
		power := 0.0
		for _, v := range r.Test {
			power += v * v / float64(len(r.Test))
		}
		if n >= 50 && math.Abs(power-5) > 4*4/math.Sqrt(float64(n)) {
			t.Errorf("%d samples have the power %.2f, all of them about 5", n, power)
		}
	}
}

// TestOrderedTrainSplit: moments and mixtures of some samples of a train split that is
// in order are those of all its classes.
func TestOrderedTrainSplit(t *testing.T) {
	c := ordered(t, 60_000)
	set, err := data.Open(context.Background(), c.Data, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := trainMoments(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	pool := par.New(1)
	defer pool.Close()
	fitted, err := fitTrain(context.Background(), set, 1, 1, pool, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, cov := fitted.Moments()
	for k := range 4 {
		second := m.Cov[5*k] + m.Mean[k]*m.Mean[k]
		if math.Abs(second-5) > 0.1 || math.Abs(cov[5*k]/m.Cov[5*k]-1) > 0.01 {
			t.Errorf("value %d: mean square %.2f, want 5; variance %.3f, fitted %.3f", k, second, m.Cov[5*k], cov[5*k])
		}
	}
}

// exactWhite is the exact predictor of white samples.
func exactWhite(t *testing.T, pool *par.Pool, dim int) *gmm.Estimator {
	t.Helper()
	m, err := gmm.NewDiag([]float64{1}, make([]float64, dim), slices.Repeat([]float64{1}, dim))
	if err != nil {
		t.Fatal(err)
	}
	return gmm.NewEstimator(m, pool)
}
