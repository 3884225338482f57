package pretrained

import (
	"cmp"
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

// torchLucidrains returns the contents of a file that the library's trainer and its
// GaussianDiffusion read: the network, as the trained and as the averaged one, and the
// schedule's tables.
func (o Origin) torchLucidrains(t Trained) (weights.TorchDict, error) {
	if len(t.Sample) != 3 {
		return nil, configs.Usagef("sample shape %v: denoising-diffusion-pytorch has networks of images alone", t.Sample)
	}
	f, err := o.lucidrains(t.Network.Lucidrains)
	if err != nil {
		return nil, err
	}
	tensors, err := gather(lucidPieces(t.Network.Lucidrains, t.Sample[0], f.Wrapped), t.Tensors)
	if err != nil {
		return nil, err
	}
	tables, err := f.tables(t)
	if err != nil {
		return nil, err
	}
	model := make(weights.TorchDict, 0, len(tables)+len(tensors))
	for _, a := range tables {
		model = append(model, weights.TorchItem{Key: a.Name, Value: a})
	}
	for _, a := range tensors {
		model = append(model, weights.TorchItem{Key: "model." + a.Name, Value: a})
	}
	number := func(n int64) weights.Array { return weights.FromInt64("", nil, []int64{n}) }
	ema := weights.TorchDict{{Key: "initted", Value: number(1)}, {Key: "step", Value: number(0)}}
	for _, prefix := range []string{"online_model.", "ema_model."} {
		for _, item := range model {
			ema = append(ema, weights.TorchItem{Key: prefix + item.Key, Value: item.Value})
		}
	}
	dict := weights.TorchDict{{Key: "step", Value: 0}, {Key: "model", Value: model}, {Key: "opt", Value: freshAdam(len(tensors))},
		{Key: "ema", Value: ema}, {Key: "scaler", Value: nil}}
	if f.Version != "" {
		dict = append(dict, weights.TorchItem{Key: "version", Value: f.Version})
	}
	return dict, nil
}

// freshAdam is the state of an optimizer of so many tensors that has taken no step, with
// the library's rates.
func freshAdam(tensors int) weights.TorchDict {
	params := make(weights.TorchList, tensors)
	for i := range params {
		params[i] = i
	}
	group := weights.TorchDict{{Key: "lr", Value: 1e-4}, {Key: "betas", Value: weights.TorchList{0.9, 0.99}}, {Key: "eps", Value: 1e-8},
		{Key: "weight_decay", Value: 0.0}, {Key: "amsgrad", Value: false}, {Key: "params", Value: params}}
	return weights.TorchDict{{Key: "state", Value: weights.TorchDict{}}, {Key: "param_groups", Value: weights.TorchList{group}}}
}

// tables returns the buffers of the version's GaussianDiffusion.
func (f LucidrainsFile) tables(t Trained) ([]weights.Array, error) {
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
	weight, weightOf := "loss_weight", func(i int) float64 { return lucidWeight(t.Objective.Target, s.SNR[i], gamma) }
	if v, err := parseVersion(f.Version); f.Wrapped && (err != nil || v.before(1, 5, 0)) {
		weight, weightOf = "p2_loss_weight", func(int) float64 { return 1 } // which is no matter of the target
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
		{weight, func(i int, _, _ float64) float64 { return weightOf(i) }},
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

// Torch returns what writes the .pt file of a network that came from one, its tensors
// by the names of that, or of a network of kind lucidrains that was trained here. It
// fails, before anything is written, for what the library cannot say.
func (o Origin) Torch(t Trained) (write func(io.Writer) error, err error) {
	dict, err := o.torch(t)
	if err != nil {
		return nil, err
	}
	return func(w io.Writer) error { return weights.WriteTorch(w, dict) }, nil
}

// newVersion is that of files of networks that were trained here.
const newVersion = "2.3.1"

// lucidrains returns what is to be told of a network beyond its tensors: what its
// source told, or what the present version of the library is.
func (o Origin) lucidrains(l configs.Lucidrains) (LucidrainsFile, error) {
	present := o.Lucidrains == nil
	f := LucidrainsFile{Version: newVersion}
	if !present {
		f = *o.Lucidrains
	}
	v := version{}
	if f.Version != "" {
		var err error
		if v, err = parseVersion(f.Version); err != nil {
			return f, err
		}
	}
	n := &network{lucid: &configs.Lucidrains{Downsample: l.Downsample}}
	n.byVersion(v, f.Wrapped)
	is := n.lucid
	for _, c := range []struct {
		key  string
		same bool
	}{
		{"attn_norm", is.AttnNorm == l.AttnNorm}, {"standardize", is.Standardize == l.Standardize}, {"divide_values", is.DivideValues == l.DivideValues},
		{"unit_scale", is.UnitScale == l.UnitScale}, {"block_norm", !present || l.BlockNorm == "rms"}, {"downsample", !present || l.Downsample == "unshuffle"},
		{"num_mem_kv", !present || l.NumMemKV == lucidColumns},
	} {
		if !c.same {
			return f, configs.Usagef("model.lucidrains.%s: the network is not one of version %s of denoising-diffusion-pytorch", c.key, cmp.Or(f.Version, "0.32"))
		}
	}
	return f, nil
}

// lucidColumns are the library's learned columns in front of keys and values.
const lucidColumns = 4
