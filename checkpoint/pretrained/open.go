package pretrained

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Model is a network from elsewhere that was opened. Close it.
type Model struct {
	From      string            // file of the weights
	Network   configs.Model     // of kind unet2d
	Schedule  configs.Schedule  // its levels have the indices of the file's
	Objective configs.Objective // what is predicted
	Sample    []int             // shape (C,H,W) of one sample
	Clip      Clip              // what the library's sampler does beyond the mean chain
	Notes     []string          // what was assumed or is ignored
	Tensors   []Tensor          // in the order of the library's state dict
	Origin    Origin            // what writing back needs beside the tensors

	file *weights.File
}

// Tensor is a tensor of the network, by its own name.
type Tensor struct {
	Name  string
	Shape []int

	read func() ([]float32, error)
}

// Read reads the values, which are the caller's own. It fails where they are not
// finite.
func (t Tensor) Read() ([]float32, error) { return t.read() }

// Open opens a folder of diffusers, or a .pt file of OpenAI's code or of
// denoising-diffusion-pytorch. Options that have no meaning for it are refused. Errors
// that the user can mend are [configs.UsageError]s.
func Open(path string, o Options) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	m, err := (*Model)(nil), error(nil)
	if info.IsDir() {
		m, err = openFolder(path, o)
	} else {
		m, err = openTorch(path, o)
	}
	var system *os.PathError
	if err != nil && !errors.As(err, &system) && !configs.IsUsage(err) {
		err = &configs.UsageError{Err: err}
	}
	return m, err
}

// Recognise tells the layout of what Open would open, or refuse with a reason: ""
// for anything else. Files other than those of torch.save are not looked into.
func Recognise(path string) Layout {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return ""
	case info.IsDir():
		return recogniseFolder(path)
	case !slices.Contains([]string{".pt", ".pth", ".bin", ".ckpt"}, strings.ToLower(filepath.Ext(path))):
		return ""
	}
	layout := Layout("")
	m, err := withFile(path, func(file *weights.File) (*Model, error) {
		if _, ok := lucidrainsPrefix(file); ok {
			layout = LayoutLucidrains
		} else if slices.ContainsFunc(file.Keys, func(k weights.Key) bool { return k.Name == firstOpenAI }) {
			layout = LayoutOpenAI
		}
		return &Model{file: file}, nil
	})
	if err != nil || m.Close() != nil {
		return ""
	}
	return layout
}

// Close closes the file of the weights; tensors that were read stay.
func (m *Model) Close() error { return m.file.Close() }

// Norm returns the statistics that take images in [0,1] to the network's [-1,1], as
// normalisation statistics of checkpoints: p is (p-mean)/scale to the network.
func (m *Model) Norm() map[string][]float64 {
	n := 1
	for _, d := range m.Sample {
		n *= d
	}
	return map[string][]float64{"mean": slices.Repeat([]float64{0.5}, n), "scale": {0.5}}
}

// Weights reads all tensors.
func (m *Model) Weights() ([]weights.Array, error) {
	var list []weights.Array
	for _, t := range m.Tensors {
		values, err := t.Read()
		if err != nil {
			return nil, err
		}
		list = append(list, weights.FromFloat32(t.Name, t.Shape, values))
	}
	return list, nil
}

func openFolder(dir string, o Options) (*Model, error) {
	if o.Preset != "" || o.OpenAI != nil {
		return nil, configs.Usagef("%s: a folder of diffusers tells its network; presets and flags of scripts are for .pt files of OpenAI's code", dir)
	}
	if err := o.notLucidrains(dir); err != nil {
		return nil, err
	}
	f, err := findFolder(dir, o)
	if err != nil {
		return nil, err
	}
	settings, text, err := readObject(filepath.Join(f.unet, configName))
	if err != nil {
		return nil, err
	}
	n, err := parseUNet(settings)
	if err != nil {
		return nil, err
	}
	s, origin := defaultScheduler(), Origin{Layout: f.layout, Config: text, Index: f.index}
	if name := f.scheduler(); name != "" {
		settings, text, err := readObject(name)
		if err != nil {
			return nil, err
		}
		if s, err = parseScheduler(settings); err != nil {
			return nil, err
		}
		origin.Scheduler = text
		if n.unet.LearnedVariance && strings.HasPrefix(s.variance, "fixed") {
			return nil, configs.Usagef("%s: variance_type = %s: the network has twice as many outputs as inputs, which only learned and learned_range explain", name, foreign.Quote(s.variance))
		}
	}
	name, note, err := f.weights(o.Variant)
	if err != nil {
		return nil, err
	}
	if note != "" {
		n.notes = append(n.notes, note)
	}
	return withFile(name, func(file *weights.File) (*Model, error) {
		there, err := n.today(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return assemble(opened{name, file, there, pieces(n.unet, n.channels, diffusers)}, n, s, origin, o)
	})
}

// openTorch opens a .pt file, which its tensors tell the kind of.
func openTorch(name string, o Options) (*Model, error) {
	if o.Variant != "" || o.EMA {
		return nil, configs.Usagef("%s: variant and ema are for folders of diffusers", name)
	}
	return withFile(name, func(file *weights.File) (*Model, error) {
		if prefix, ok := lucidrainsPrefix(file); ok {
			if o.Preset != "" || o.OpenAI != nil {
				return nil, configs.Usagef("%s: a file of denoising-diffusion-pytorch; presets and flags of scripts are for those of OpenAI's code", name)
			}
			return openLucidrains(name, file, prefix, o)
		}
		if err := o.notLucidrains(name); err != nil {
			return nil, err
		}
		return openOpenAI(name, file, o)
	})
}

// withFile opens a file of weights for a model, which closes it.
func withFile(name string, open func(*weights.File) (*Model, error)) (*Model, error) {
	file, err := weights.Open(name)
	if err != nil {
		return nil, err
	}
	m, err := open(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return m, nil
}

// opened is a file of weights with the names by which pieces look for its tensors.
type opened struct {
	name   string
	file   *weights.File
	there  map[string]weights.Key
	pieces []piece
}

// assemble puts together what is known.
func assemble(f opened, n *network, s *scheduler, origin Origin, o Options) (*Model, error) {
	sample, err := n.sample(o.Size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	m := &Model{From: f.name, Network: n.settings(), Sample: sample, Schedule: s.schedule, Clip: s.clip, Origin: origin, file: f.file,
		Objective: configs.Objective{Target: s.target, Loss: "mse", Weighting: cmp.Or(s.weighting, "none")}}
	if m.Tensors, err = match(f); err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	if n.unet.TimeEmbedding == "fourier" {
		n.notes = append(n.notes, "the network is fed noise levels (time_embedding_type fourier), not the indices of a schedule")
	}
	if n.unet.LearnedVariance || n.lucid != nil && n.lucid.LearnedVariance {
		n.notes = append(n.notes, "the outputs for the sampler's variance are kept aside")
	}
	m.Notes = append(n.notes, s.notes...)
	return m, nil
}

// settings returns those of the network.
func (n *network) settings() configs.Model {
	if n.lucid != nil {
		return configs.Model{Kind: "lucidrains", Lucidrains: *n.lucid}
	}
	return configs.Model{Kind: "unet2d", UNet2D: n.unet}
}

// halvings is how often the network halves an image.
func (n *network) halvings() int {
	if n.lucid != nil {
		return max(len(n.lucid.DimMults)-1, 0)
	}
	return max(len(n.unet.BlockOutChannels)-1, 0)
}

// whole returns the next size that the network can halve.
func (n *network) whole(size int) int {
	const most = 1 << 24 // of any sample
	if factor := 1 << n.halvings(); size > 0 && size < most {
		return (size + factor - 1) / factor * factor
	}
	return size
}

// sample returns the shape of a sample, checked against the network. Sizes that its
// levels cannot halve become the next ones that they can: to those, images are
// continued.
func (n *network) sample(size []int) ([]int, error) {
	switch {
	case len(size) == 0 && n.size[0] == 0:
		return nil, configs.Usagef("the size of a sample is not said (sample_size); give it, as in --preset size=64 or size=HEIGHT,WIDTH")
	case len(size) == 0:
		size = n.size[:]
	case len(size) != 2:
		return nil, configs.Usagef("size %v: want a height and a width", size)
	}
	shape := []int{n.channels, n.whole(size[0]), n.whole(size[1])}
	if shape[1] != size[0] || shape[2] != size[1] {
		n.notes = append(n.notes, fmt.Sprintf("the network halves images %d times: those of %d×%d are continued by reflection to %d×%d, and cut back",
			n.halvings(), size[0], size[1], shape[1], shape[2]))
	}
	err := error(nil)
	if n.lucid != nil {
		err = n.lucid.CheckSample(shape)
	} else {
		err = n.unet.CheckSample(shape)
	}
	if err != nil {
		return nil, configs.Usagef("%s", settingsLine(err))
	}
	return shape, nil
}
