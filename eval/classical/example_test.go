package classical_test

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/eval/classical"
	"github.com/condmean/condmean/internal/rng"
)

func Example() {
	shape := [3]int{1, 64, 64}
	x, y, xhat := make([]float64, 64*64), make([]float64, 64*64), make([]float64, 64*64)
	rng.New(1, rng.EvalNoise, 0, 0).Normal(y)
	for i := range x {
		x[i] = math.Round(float64(i%64) / 64) // black, white
		y[i] = x[i] + 0.2*y[i]
	}
	sigma := classical.SigmaMAD(y, shape)
	classical.NLM(xhat, y, shape, sigma)
	mse := 0.0
	for i, v := range x {
		mse += (xhat[i] - v) * (xhat[i] - v) / float64(len(x))
	}
	fmt.Printf("σ is about %.1f; less than a tenth of the noise is left: %v\n", sigma, mse < 0.1*0.2*0.2)
	// Output: σ is about 0.2; less than a tenth of the noise is left: true
}
