package denoiser_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/sched"
)

// noisy returns test samples of the data that the network was trained on, in the
// data's units, and observations of them at an SNR in dB.
func noisy(d *denoiser.Denoiser, n int, snr float64) (x, y []float64) {
	c := d.Config()
	c.Data.Samples = configs.Samples{Train: 1, Val: 1, Test: n}
	set, err := data.Open(context.Background(), c.Data, c.Seed)
	if err != nil {
		log.Fatal(err)
	}
	x = make([]float64, n*d.Dim())
	if err := set.ReadNormalized(x, set.Test, 0); err != nil {
		log.Fatal(err)
	}
	d.Norm().InvertBatch(x)
	r := rand.New(rand.NewPCG(1, 2))
	y = make([]float64, len(x))
	for i := range y {
		y[i] = x[i] + d.Sigma(snr)*r.NormFloat64()
	}
	return x, y
}

// nmse returns Σ(x̂-x)²/Σx² in dB.
func nmse(xhat, x []float64) float64 {
	e, p := 0.0, 0.0
	for i, v := range x {
		e += (xhat[i] - v) * (xhat[i] - v)
		p += v * v
	}
	return 10 * math.Log10(e/p)
}

// Load the built-in weights and denoise a batch.
func ExampleDenoiser_Denoise() {
	d, err := denoiser.Load("gmm64")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = d.Close() }()

	x, y := noisy(d, 40, 10)
	for _, m := range []sched.Method{sched.MethodMean, sched.MethodOneShot} {
		r, err := d.Denoise(context.Background(), y, denoiser.Options{SNR: 10, Method: m})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%-7v  %d network calls  from %.1f dB to %.1f dB\n", m, r.Calls, nmse(y, x), nmse(r.X, x))
	}
	// Output:
	// mean     40 network calls  from -10.2 dB to -11.6 dB
	// oneshot  1 network calls  from -10.2 dB to -11.6 dB
}

// Samples that are drawn do not depend on how many are drawn together.
func ExampleDenoiser_Generate() {
	d, err := denoiser.Load("gmm64")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = d.Close() }()

	all, err := d.Generate(context.Background(), 3, denoiser.GenerateOptions{Steps: 20, Seed: 7})
	if err != nil {
		log.Fatal(err)
	}
	last, err := d.Generate(context.Background(), 1, denoiser.GenerateOptions{Steps: 20, Seed: 7, First: 2})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("shape", d.Shape(), "values", len(all), len(last))
	fmt.Println("the last of three is the third alone:", nmse(last, all[2*d.Dim():]) < -100)
	// Output:
	// shape [1 64] values 192 64
	// the last of three is the third alone: true
}

// The noise of an observation whose SNR is not known is estimated first.
func ExampleDenoiser_EstimateSNR() {
	d, err := denoiser.Load("gmm:../gmm/testdata/rand_gmm_n8_k4.npz") // an exact predictor
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = d.Close() }()

	_, y := noisy(d, 500, 5)
	snr, err := d.EstimateSNR(context.Background(), y, false)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("true: 5 dB, estimated: %.1f dB\n", snr)
	// Output:
	// true: 5 dB, estimated: 5.3 dB
}
