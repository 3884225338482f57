package eval

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/gmm"
)

func TestFitKind(t *testing.T) {
	for _, c := range []struct {
		n, d, k, rank int
		kind          gmm.Kind
	}{
		{20000, 8, 4, 0, gmm.Full}, {20000, 64, 128, 0, gmm.Full}, {20000, 784, 8, 0, gmm.Full},
		{20000, 784, 32, 156, gmm.PPCA}, {20000, 784, 128, 39, gmm.PPCA}, {20000, 3072, 8, 0, gmm.Diag}, {10, 8, 8, 0, gmm.Diag}, {100, 1, 80, 0, gmm.Diag},
	} {
		if kind, rank := fitKind(c.n, c.d, c.k); kind != c.kind || rank != c.rank {
			t.Errorf("%d samples of %d values, %d components: %s of rank %d, want %s of %d", c.n, c.d, c.k, kind, rank, c.kind, c.rank)
		}
	}
}

func TestFitRounds(t *testing.T) {
	for _, c := range []struct{ d, k, want int }{{64, 128, 30}, {784, 8, 25}, {784, 32, 6}, {784, 128, 5}, {1, 1, 30}} {
		if got := fitRounds(c.d, c.k); got != c.want {
			t.Errorf("%d components in %d dimensions: %d iterations, want %d", c.k, c.d, got, c.want)
		}
	}
}

// TestFitted: the conditional mean of a fitted mixture comes close to that of the
// true one.
func TestFitted(t *testing.T) {
	c := configs.Default().Data
	c.Dim, c.Components = 4, 3
	c.Samples = configs.Samples{Train: 4000, Val: 1, Test: 1}
	set, err := data.Open(context.Background(), c, 5)
	if err != nil {
		t.Fatal(err)
	}
	r := exact(t, 1, 2)
	r.Prior, r.Denoiser = set.Mixture, denoiserOf(t, gmm.NewEstimator(set.Mixture, r.pool), 100)
	r.Train.Mean, r.Train.Cov = set.Mixture.Moments()
	var told []string
	r.Fit = func(ctx context.Context, k int) (*gmm.Mixture, error) {
		return fitTrain(ctx, set, k, 1, r.pool, nil, func(line string) { told = append(told, line) })
	}
	r.Test = make([]float64, 2000*4)
	if err := set.Mixture.Sample(r.pool, r.Test, 9, 99, 0); err != nil {
		t.Fatal(err)
	}
	r.Methods, r.Baselines = nil, []string{"lmmse", "cme", "gmm:3"}
	rep, err := Sweep(context.Background(), r, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, db := range r.SNRs {
		fitted, cme := find(t, rep, db, "gmm:3"), find(t, rep, db, "cme")
		if *fitted.GapdB > 0.1 || fitted.MMSE != nil || cme.MMSE == nil {
			t.Errorf("%v dB: the fitted mixture is %.3f ± %.3f dB from the true one", db, *fitted.GapdB, *fitted.GapCI95)
		}
	}
	if len(told) < 2 || !strings.Contains(told[0], "gmm:3 to 4000 samples, covariances full") {
		t.Errorf("told %q", told)
	}
	r.fitSamples, r.Baselines = 4000, []string{"gmm:4001"}
	if _, err := Sweep(context.Background(), r, io.Discard); !configs.IsUsage(err) {
		t.Errorf("more components than samples: %v", err)
	}
}
