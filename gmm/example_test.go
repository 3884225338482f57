package gmm_test

import (
	"context"
	"fmt"
	"log"

	"github.com/condmean/condmean/gmm"
)

// The conditional mean of a well separated pair ½N(±1, 0.05) pulls an
// observation towards the nearer mode.
func Example() {
	m, err := gmm.New([]float64{0.5, 0.5}, []float64{-1, 1}, []float64{0.05, 0.05})
	if err != nil {
		log.Fatal(err)
	}
	e := gmm.NewEstimator(m, nil)
	y := []float64{-2, 0.1, 0.5}
	xhat, variance := make([]float64, 3), make([]float64, 3)
	if err := e.Denoise(context.Background(), xhat, variance, y, 10); err != nil { // 10 dB
		log.Fatal(err)
	}
	for i := range y {
		fmt.Printf("y = %4.1f  E[x|y] = %6.3f  Var(x|y) = %.3f\n", y[i], xhat[i], variance[i])
	}
	// Output:
	// y = -2.0  E[x|y] = -1.333  Var(x|y) = 0.033
	// y =  0.1  E[x|y] =  0.422  Var(x|y) = 0.327
	// y =  0.5  E[x|y] =  0.832  Var(x|y) = 0.036
}

// The paper's random mixture, normalised to zero mean and average power one.
func ExampleRandom() {
	m, err := gmm.Random(64, 8, 1)
	if err != nil {
		log.Fatal(err)
	}
	z, _, _, err := m.Normalize()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d components in %d dimensions, power %.3f\n", z.Components(), z.Dim(), z.Power())
	// Output:
	// 8 components in 64 dimensions, power 1.000
}

// Fitting a mixture to samples of another.
func ExampleFit() {
	truth, err := gmm.NewDiag([]float64{0.3, 0.7}, []float64{-2, 1, 2, 1}, []float64{1, 0.1, 0.1, 1})
	if err != nil {
		log.Fatal(err)
	}
	x := make([]float64, 10000*2)
	if err := truth.Sample(nil, x, 1, 3, 0); err != nil {
		log.Fatal(err)
	}
	m, _, err := gmm.Fit(context.Background(), x, 2, gmm.FitOptions{Components: 2, Kind: gmm.Diag, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	for k, w := range m.Weights() {
		fmt.Printf("%.1f at %.1f\n", w, m.Mean(k))
	}
	// Unordered output:
	// 0.3 at [-2.0 1.0]
	// 0.7 at [2.0 1.0]
}
