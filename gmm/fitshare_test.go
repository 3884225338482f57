package gmm_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/dist/disttest"
	"github.com/condmean/condmean/gmm"
)

// A fit by several ranks is that of one to the last bit, for all kinds of covariances,
// with more ranks than components or chunks of samples too.
func TestFitShared(t *testing.T) {
	const n = 12
	m := threeKinds(t, n, 3)[gmm.Full]
	x := make([]float64, 1000*n)
	if err := m.Sample(nil, x, 1, 99, 0); err != nil {
		t.Fatal(err)
	}
	for _, o := range []gmm.FitOptions{
		{Components: 5, MaxIter: 6, Seed: 3},
		{Components: 5, MaxIter: 6, Seed: 3, Kind: gmm.Diag},
		{Components: 2, MaxIter: 6, Seed: 3, Kind: gmm.PPCA, Rank: 3},
		{Components: 60, MaxIter: 3, Seed: 4, Kind: gmm.Diag, Tol: 1e-9}, // with empty components
	} {
		want, steps, err := gmm.Fit(context.Background(), x, n, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, ranks := range []int{2, 3} {
			disttest.Run(t, ranks, func(g dist.Group) error {
				o := o
				o.Group = g
				got, result, err := gmm.Fit(context.Background(), x, n, o)
				if err != nil {
					return err
				}
				gm, gc := got.Moments()
				wm, wc := want.Moments()
				if !slices.Equal(gm, wm) || !slices.Equal(gc, wc) {
					return fmt.Errorf("%s: the mixture differs", o.Kind)
				}
				if d := cmp.Diff(steps, result); d != "" {
					return fmt.Errorf("%s: steps (-one +ranks):\n%s", o.Kind, d)
				}
				return nil
			})
		}
	}
}
