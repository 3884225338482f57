package eval

import (
	"math"
	"testing"
)

// TestShrink compares with sklearn.covariance.oas (1.9.1) on the same data.
func TestShrink(t *testing.T) {
	const d = 5
	for _, want := range []struct {
		n   int
		rho float64
		row []float64 // first of the shrunk covariance
	}{
		{3, 0.6444247870907467, []float64{0.34687796470870197, 0.019945491399205168, 0.047739192085817825, 0.011426254451495175, 0.00957446470794716}},
		{10, 0.5198655935721789, []float64{0.8132930446911009, -0.2637348633987668, 0.1628501823201158, -0.053613850886587815, -0.1947115814660664}},
		{200, 0.027988727321829485, []float64{0.5202341370179314, -0.4816029962748348, 0.4190152158046495, -0.14339025444321057, -0.3099937511455976}},
	} {
		x := make([]float64, want.n*d)
		mean, cov := make([]float64, d), make([]float64, d*d)
		for i := range x {
			r, c := float64(i/d), float64(i%d)
			x[i] = math.Sin(1+7*r+3*c*c) + float64(i%d%3)*math.Cos(r*5)
			mean[i%d] += x[i] / float64(want.n)
		}
		for i := range x {
			for k := range d {
				cov[i%d*d+k] += (x[i] - mean[i%d]) * (x[i/d*d+k] - mean[k]) / float64(want.n)
			}
		}
		if rho := shrink(cov, d, want.n); math.Abs(rho-want.rho) > 1e-12 {
			t.Errorf("%d samples: shrinkage %v, want %v", want.n, rho, want.rho)
		}
		for k, v := range want.row {
			if math.Abs(cov[k]-v) > 1e-12 {
				t.Errorf("%d samples: covariance %d is %v, want %v", want.n, k, cov[k], v)
			}
		}
	}
	// What has no preferred direction is left as it is.
	identity := []float64{2, 0, 0, 2}
	if rho := shrink(identity, 2, 10); rho < 0 || rho > 1 || identity[0] != 2 || identity[1] != 0 {
		t.Errorf("shrinkage %v makes %v of a multiple of the identity", rho, identity)
	}
}
