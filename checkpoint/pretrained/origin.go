package pretrained

import (
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/foreign"
)

// Origin is what a network's source tells beyond the network, kept to write it back:
// the very texts of its settings, or the flags that it was made with. The zero value
// is that of a network that was trained here.
type Origin struct {
	Layout     Layout          `json:"layout,omitempty"`
	Config     string          `json:"config,omitempty"`    // config.json
	Scheduler  string          `json:"scheduler,omitempty"` // scheduler_config.json
	Index      string          `json:"index,omitempty"`     // model_index.json
	OpenAI     *OpenAI         `json:"openai,omitempty"`
	Lucidrains *LucidrainsFile `json:"lucidrains,omitempty"`
}

// Check refuses what no source told.
func (o Origin) Check() error {
	switch o.Layout {
	case "", LayoutModel, LayoutFlat, LayoutPipeline:
	case LayoutOpenAI:
		if o.OpenAI == nil {
			return configs.Usagef("origin: the flags of the network are missing")
		}
	case LayoutLucidrains:
		if o.Lucidrains == nil {
			return configs.Usagef("origin: what the file told is missing")
		}
	default:
		return configs.Usagef("origin: layout %s is unknown", foreign.Quote(string(o.Layout)))
	}
	return nil
}

// Clip returns what the source's sampler does to x̂0 in every step; known is false for
// a network that was trained here.
func (o Origin) Clip() (c Clip, known bool) {
	switch {
	case o.Layout == "":
		return Clip{}, false
	case o.Scheduler == "": // the libraries' own
		return defaultScheduler().clip, true
	}
	settings, err := parseObject(schedulerName, []byte(o.Scheduler))
	if err != nil {
		return Clip{}, false
	}
	s, err := parseScheduler(settings)
	if err != nil {
		return Clip{}, false
	}
	return s.clip, true
}

// Trained is a network to write: its settings and its tensors by their own names, as
// Model has them. Tensors are written as float32.
type Trained struct {
	Network   configs.Model
	Schedule  configs.Schedule
	Objective configs.Objective
	Sample    []int
	Tensors   []weights.Array
}

// File is a file of a folder.
type File struct {
	Name  string // below the folder, with slashes
	Write func(io.Writer) error
}

// Files returns the files of a folder of diffusers in the origin's layout, a pipeline
// where it has none. Settings are written as they were read, but for what training
// changed; tensors have today's names. It fails, before anything is written, for what
// the library cannot say.
func (o Origin) Files(t Trained) ([]File, error) {
	if t.Network.Kind != "unet2d" {
		return nil, configs.Usagef("model.kind: diffusers has no network of kind %s", foreign.Name(t.Network.Kind))
	}
	if len(t.Sample) != 3 {
		return nil, configs.Usagef("sample shape %v: diffusers has networks of images alone", t.Sample)
	}
	config, err := o.config(t)
	if err != nil {
		return nil, err
	}
	scheduler, err := o.scheduler(t)
	if err != nil {
		return nil, err
	}
	tensors, err := gather(pieces(t.Network.UNet2D, t.Sample[0], diffusers), t.Tensors)
	if err != nil {
		return nil, err
	}
	unet, schedule := "", ""
	if o.Layout == LayoutPipeline || o.Layout == "" || o.Layout == LayoutOpenAI {
		unet, schedule = unetFolder, "scheduler"
	}
	files := []File{
		{path.Join(unet, configName), text(config)},
		{path.Join(unet, weightsName+".safetensors"), func(w io.Writer) error {
			return weights.WriteSafetensors(w, tensors, map[string]string{"format": "pt"}) // as PyTorch's tools expect
		}},
		{path.Join(schedule, schedulerName), text(scheduler)},
	}
	if o.Layout != LayoutModel {
		index := o.Index
		if index == "" {
			index = newIndex
		}
		files = append(files, File{indexName, text(index)})
	}
	return files, nil
}

// torch returns the contents of the .pt file that a network came from.
func (o Origin) torch(t Trained) (weights.TorchDict, error) {
	switch {
	case t.Network.Kind == "lucidrains":
		return o.torchLucidrains(t)
	case o.OpenAI != nil:
		return o.OpenAI.torch(t)
	}
	return nil, configs.Usagef("the network does not come from a .pt file of OpenAI's code or of denoising-diffusion-pytorch")
}

// torch returns a bare state dict, which is all that OpenAI's files are.
func (f OpenAI) torch(t Trained) (weights.TorchDict, error) {
	n, err := f.network()
	if err != nil {
		return nil, err
	}
	if err := same(n.unet, t.Network); err != nil {
		return nil, err
	}
	tensors, err := gather(pieces(n.unet, n.channels, f.scheme()), t.Tensors)
	if err != nil {
		return nil, err
	}
	var dict weights.TorchDict
	for _, a := range tensors {
		dict = append(dict, weights.TorchItem{Key: a.Name, Value: a})
	}
	return dict, nil
}

// gather returns the tensors of a file of these pieces.
func gather(list []piece, tensors []weights.Array) ([]weights.Array, error) {
	there := map[string]weights.Array{}
	for _, a := range tensors {
		there[a.Name] = a
	}
	whole := map[string][]float32{}
	for _, p := range list {
		a, ok := there[p.name]
		switch {
		case !ok:
			return nil, fmt.Errorf("tensor %s is missing", p.name)
		case !slices.Equal(a.Shape, p.shape):
			return nil, fmt.Errorf("tensor %s has shape %v, want %v", p.name, a.Shape, p.shape)
		}
		delete(there, p.name)
		if p.rows == nil {
			whole[p.file.Name] = a.Float32()
			continue
		}
		if whole[p.file.Name] == nil {
			whole[p.file.Name] = make([]float32, dims.Count(p.file.Shape))
		}
		p.put(whole[p.file.Name], a.Float32())
	}
	for name := range there {
		return nil, fmt.Errorf("tensor %s has no place in the file", foreign.Name(name))
	}
	var out []weights.Array
	for _, k := range fileKeys(list) {
		out = append(out, weights.FromFloat32(k.Name, k.Shape, whole[k.Name]))
	}
	return out, nil
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}
