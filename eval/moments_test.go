package eval

import (
	"context"
	"math"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
)

// TestTrainMoments estimates the moments of samples of a mixture and compares
// them with the mixture's own.
func TestTrainMoments(t *testing.T) {
	c := configs.Default().Data
	c.Dim, c.Components = 4, 3
	c.Samples = configs.Samples{Train: 20000, Val: 1, Test: 1}
	set, err := data.Open(context.Background(), c, 5)
	if err != nil {
		t.Fatal(err)
	}
	got, err := trainMoments(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	mean, cov := set.Mixture.Moments()
	for i, v := range mean {
		// Five standard errors of a mean of variance cov[i,i].
		if math.Abs(got.Mean[i]-v) > 5*math.Sqrt(cov[i*4+i]/20000) {
			t.Errorf("mean %d: %v, want %v", i, got.Mean[i], v)
		}
	}
	for i, v := range cov {
		if math.Abs(got.Cov[i]-v) > 0.06 || got.Cov[i] != got.Cov[i%4*4+i/4] {
			t.Errorf("covariance %d: %v, want %v", i, got.Cov[i], v)
		}
	}
}
