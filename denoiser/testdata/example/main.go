// Command example denoises a batch with the built-in weights.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/condmean/condmean/denoiser"
)

func main() {
	d, err := denoiser.Load("gmm64") // or a run folder, a checkpoint, exported weights
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()
	y := make([]float64, 2*d.Dim()) // two noisy samples, one after the other
	r, err := d.Denoise(context.Background(), y, denoiser.Options{SNR: 10})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(r.X)/d.Dim(), "samples of shape", d.Shape(), "with", r.Calls, "network calls")
}
