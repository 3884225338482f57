package pretrained

import (
	"io"
	"math"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/sched"
)

// LucidrainsFile is what a .pt file of denoising-diffusion-pytorch tells beyond the
// network.
type LucidrainsFile struct {
	Version string `json:"version,omitempty"`
	Wrapped bool   `json:"wrapped,omitempty"` // names of attention before 1.8
}

// torch returns the contents of a file that the library's trainer and its
// GaussianDiffusion read: the network, as the trained and as the averaged one, and the
// schedule's tables.
func (f LucidrainsFile) torch(t Trained) (weights.TorchDict, error) {
	if t.Network.Kind != "lucidrains" || len(t.Sample) != 3 {
		return nil, configs.Usagef("model.kind: the network is not one of denoising-diffusion-pytorch")
	}
	tensors, err := gather(lucidPieces(t.Network.Lucidrains, t.Sample[0], f.Wrapped), t.Tensors)
	if err != nil {
		return nil, err
	}
	tables, err := lucidTables(t)
	if err != nil {
		return nil, err
	}
	var model, ema weights.TorchDict
	for _, a := range tables {
		model = append(model, weights.TorchItem{Key: a.Name, Value: a})
		ema = append(ema, weights.TorchItem{Key: "ema_model." + a.Name, Value: a})
	}
	for _, a := range tensors {
		model = append(model, weights.TorchItem{Key: "model." + a.Name, Value: a})
		ema = append(ema, weights.TorchItem{Key: "ema_model.model." + a.Name, Value: a})
	}
	dict := weights.TorchDict{{Key: "step", Value: 0}, {Key: "model", Value: model}, {Key: "ema", Value: ema}}
	if f.Version != "" {
		dict = append(dict, weights.TorchItem{Key: "version", Value: f.Version})
	}
	return dict, nil
}

// lucidTables returns the buffers of GaussianDiffusion.
func lucidTables(t Trained) ([]weights.Array, error) {
	s, err := sched.New(t.Schedule)
	if err != nil {
		return nil, err
	}
	switch t.Objective.Target {
	case "epsilon", "x0", "v":
	default:
		return nil, configs.Usagef("objective.target: denoising-diffusion-pytorch has no network that predicts %s", t.Objective.Target)
	}
	gamma := math.Inf(1)
	if t.Objective.Weighting == "min-snr" {
		gamma = minSNRGamma
	}
	var list []weights.Array
	for _, c := range []struct {
		name string
		of   func(i int, bar, prev float64) float64
	}{
		{"betas", func(i int, _, _ float64) float64 { return s.Beta[i] }},
		{"alphas_cumprod", func(_ int, bar, _ float64) float64 { return bar }},
		{"alphas_cumprod_prev", func(_ int, _, prev float64) float64 { return prev }},
		{"sqrt_alphas_cumprod", func(_ int, bar, _ float64) float64 { return math.Sqrt(bar) }},
		{"sqrt_one_minus_alphas_cumprod", func(_ int, bar, _ float64) float64 { return math.Sqrt(1 - bar) }},
		{"log_one_minus_alphas_cumprod", func(_ int, bar, _ float64) float64 { return math.Log(1 - bar) }},
		{"sqrt_recip_alphas_cumprod", func(_ int, bar, _ float64) float64 { return math.Sqrt(1 / bar) }},
		{"sqrt_recipm1_alphas_cumprod", func(_ int, bar, _ float64) float64 { return math.Sqrt(1/bar - 1) }},
		{"posterior_variance", func(i int, _, _ float64) float64 { return s.PosteriorVar[i] }},
		{"posterior_log_variance_clipped", func(i int, _, _ float64) float64 { return math.Log(max(s.PosteriorVar[i], 1e-20)) }},
		{"posterior_mean_coef1", func(i int, bar, prev float64) float64 { return s.Beta[i] * math.Sqrt(prev) / (1 - bar) }},
		{"posterior_mean_coef2", func(i int, bar, prev float64) float64 { return (1 - prev) * math.Sqrt(s.Alpha[i]) / (1 - bar) }},
		{"loss_weight", func(i int, _, _ float64) float64 { return lucidWeight(t.Objective.Target, s.SNR[i], gamma) }},
	} {
		values := make([]float64, s.T)
		for i := range values {
			values[i] = c.of(i, s.AlphaBar[i], s.AlphaBarPrev[i])
		}
		single := weights.FromFloat64(c.name, []int{s.T}, values).Float32()
		list = append(list, weights.FromFloat32(c.name, []int{s.T}, single))
	}
	return list, nil
}

// WriteTorch writes the .pt file of a network that came from one, its tensors by the
// names of that.
func (o Origin) WriteTorch(w io.Writer, t Trained) error {
	dict, err := o.torch(t)
	if err != nil {
		return err
	}
	return weights.WriteTorch(w, dict)
}
