package train

import (
	"context"
	"fmt"
	"strconv"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/sched"
)

// quickSNRs are where a run looks at how well it denoises, in dB.
var quickSNRs = []float64{0, 10, 20}

// quickSamples of the validation split are denoised for that.
const quickSamples = 256

// look is a glance at what a network does. It shows progress; the evaluator has
// the figures.
type look struct {
	nmse map[string]float64 // in dB of one-shot denoising, by the quick SNRs
	// Pictures, of images: a row of noisy and one of denoised samples for each SNR,
	// then the clean ones; and samples that the network generates.
	denoised, generated *grid
}

// lookAt lets a network denoise a few validation samples, with noise that is
// always the same, and generate.
func lookAt(ctx context.Context, u *model.Network, cfg configs.Config, set *data.Set) (look, error) {
	n, dim := min(quickSamples, set.Val.Len()), set.Dim()
	x, y := make([]float64, n*dim), make([]float64, n*dim)
	if err := set.ReadNormalized(x, set.Val, 0); err != nil {
		return look{}, err
	}
	seen := look{nmse: map[string]float64{}, denoised: newGrid(set)}
	network := model.NewPredictor(u, cfg.Train.Batch)
	defer network.Close()
	d, err := denoiser.New(cfg, network, set.Shape(), set.Norm)
	if err != nil {
		return look{}, fmt.Errorf("train: %w", err)
	}
	var s rng.Stream
	for k, db := range quickSNRs {
		sigma := sched.Sigma(d.NoiseStd(), decibel.Linear(db))
		for i := range n {
			s.Reset(cfg.Seed, rng.ValNoise, uint64(1+k), uint64(i)) // 0 is the loss's
			s.Normal(y[i*dim:][:dim])
		}
		for i := range y {
			y[i] = x[i] + sigma*y[i]
		}
		r, err := d.Denoise(ctx, y, denoiser.Options{SNR: db, Normalized: true, Method: sched.MethodOneShot})
		if err != nil {
			return look{}, err
		}
		seen.denoised.add(y)
		seen.denoised.add(r.X)
		num, den := 0.0, 0.0
		for i, v := range x {
			num += (r.X[i] - v) * (r.X[i] - v)
			den += v * v
		}
		if v := decibel.Of(num / den); finite(v) {
			seen.nmse[strconv.FormatFloat(db, 'g', -1, 64)] = v
		}
	}
	seen.denoised.addClean(x)
	if seen.generated, err = generate(ctx, d, seen.denoised, cfg.Seed); err != nil {
		return look{}, err
	}
	return seen, nil
}
