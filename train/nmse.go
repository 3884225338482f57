package train

import (
	"context"
	"fmt"
	"strconv"

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

// quickNMSE returns the NMSE in dB of one-shot denoising at the quick SNRs, on
// a few validation samples with noise that is always the same. It shows
// progress; the evaluator has the figures. Of images it leaves two pictures: a
// row of noisy and one of denoised samples for each SNR, then the clean ones;
// and samples that the network generates.
func (t *trainer) quickNMSE(ctx context.Context, u *model.Network) (map[string]float64, error) {
	n, dim := min(quickSamples, t.set.Val.Len()), t.set.Dim()
	x, y := make([]float64, n*dim), make([]float64, n*dim)
	if err := t.set.ReadNormalized(x, t.set.Val, 0); err != nil {
		return nil, err
	}
	shown := newGrid(t.set)
	network := model.NewPredictor(u, t.cfg.Train.Batch)
	defer network.Close()
	d, err := t.denoiser(network)
	if err != nil {
		return nil, err
	}
	var s rng.Stream
	nmse := map[string]float64{}
	for k, db := range quickSNRs {
		sigma := sched.Sigma(d.NoiseStd(), decibel.Linear(db))
		for i := range n {
			s.Reset(t.cfg.Seed, rng.ValNoise, uint64(1+k), uint64(i)) // 0 is the loss's
			s.Normal(y[i*dim:][:dim])
		}
		for i := range y {
			y[i] = x[i] + sigma*y[i]
		}
		r, err := d.Denoise(ctx, y, denoiser.Options{SNR: db, Normalized: true, Method: sched.MethodOneShot})
		if err != nil {
			return nil, err
		}
		shown.add(y)
		shown.add(r.X)
		num, den := 0.0, 0.0
		for i, v := range x {
			num += (r.X[i] - v) * (r.X[i] - v)
			den += v * v
		}
		if v := decibel.Of(num / den); finite(v) {
			nmse[strconv.FormatFloat(db, 'g', -1, 64)] = v
		}
	}
	shown.addClean(x)
	if err := t.show(shown, "samples", ""); err != nil {
		return nil, err
	}
	generated, err := t.generate(ctx, d, shown)
	if err != nil {
		return nil, err
	}
	return nmse, t.show(generated, "generated", "generated-")
}

// denoiser makes one of a network of the run.
func (t *trainer) denoiser(network sched.Predictor) (*denoiser.Denoiser, error) {
	d, err := denoiser.New(t.cfg, network, t.set.Shape(), t.set.Norm)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return d, nil
}
