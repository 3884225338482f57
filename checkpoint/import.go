package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/nearest"
)

// Imported is weights from elsewhere with all that their source tells.
type Imported struct {
	From    string // checkpoint folder or file that was read, or "builtin:NAME"
	Weights []weights.Array
	EMA     []weights.Array      // averaged weights, if there are any
	Config  *configs.Config      // settings they were trained with; nil: unknown
	Sample  []int                // shape (C,L) or (C,H,W) of one sample; nil: unknown
	Norm    map[string][]float64 // statistics that normalise the data; nil: none
	Step    int
	// Recommended is the method that denoises best with them; nil: not known.
	Recommended *Recommendation
	Notes       []string        // what was left aside of a file
	Data        json.RawMessage // fingerprint of the data set, see Snapshot; nil: unknown

	Origin pretrained.Origin // of another library's network, to write it back; zero: none
}

// Keys of the metadata that .safetensors files of ours carry.
const (
	metaConfig = "condmean.config"        // settings, YAML
	metaSample = "condmean.sample"        // JSON list
	metaNorm   = "condmean.normalization" // JSON lists by name
	metaStep   = "condmean.step"
	metaMethod = "condmean.recommended" // method that denoises best, JSON
	metaData   = "condmean.data"        // fingerprint of the data set, JSON
	metaOrigin = "condmean.origin"      // pretrained.Origin, JSON
)

// ImportOption changes what Import takes a path for.
type ImportOption func(*pretrained.Options)

// Told says what files of other libraries do not tell of their network.
func Told(o pretrained.Options) ImportOption {
	return func(told *pretrained.Options) { *told = o }
}

// Import reads a checkpoint, run folder or built-in name of ours, a run folder
// of the paper's published code, a network of another library (a folder of diffusers
// with an unconditional UNet2DModel, a .pt of OpenAI's code or of
// denoising-diffusion-pytorch), or a weight file: .npz, .safetensors or PyTorch's .pt.
// Nothing in it is executed or trusted: sizes are checked before memory is taken,
// settings as those of a configuration are, and numbers that are not finite are
// refused by the tensor's name.
func Import(path string, options ...ImportOption) (*Imported, error) {
	var told pretrained.Options
	for _, option := range options {
		option(&told)
	}
	im, err := importAny(path, told)
	if err != nil {
		return nil, err
	}
	if err := im.vet(); err != nil {
		return nil, fmt.Errorf("%s: %w", im.From, err)
	}
	return im, nil
}

func importAny(path string, told pretrained.Options) (*Imported, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && !weights.IsAuthors(path) && pretrained.Recognise(path) != "":
		return importPretrained(path, told)
	case !told.None() && (err == nil || isBuiltin(path)):
		return nil, configs.Usagef("%s: no network of another library: it needs no preset", path)
	case err == nil && !info.IsDir():
		return importFile(path)
	case errors.Is(err, fs.ErrNotExist): // what is on disk goes first
		if im, ok, err := importBuiltin(path); ok {
			return im, err
		}
		return nil, fmt.Errorf("checkpoint: %w; nor is it one of the built-in weights %s%s", err, strings.Join(Builtins(), ", "), nearest.Hint(path, Builtins()))
	}
	if weights.IsAuthors(path) {
		return importAuthors(path)
	}
	s, dir, err := Load(path)
	if err != nil {
		return nil, err
	}
	im := &Imported{From: dir, Weights: Arrays(s.Weights), Sample: s.Sample, Norm: s.Norm, Step: s.Step, Data: s.Data, Recommended: s.Recommended}
	if s.EMA != nil {
		im.EMA = Arrays(s.EMA)
	}
	if s.Origin != nil {
		if err := json.Unmarshal(s.Origin, &im.Origin); err != nil {
			return nil, fmt.Errorf("%s: the origin of its network: %s", dir, foreign.Line(err.Error(), foreign.Limit))
		}
	}
	return im, im.configure(s.Config)
}

func importFile(path string) (*Imported, error) {
	file, err := weights.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return importContents(path, file)
}

// importContents takes what a weight file tells.
func importContents(path string, file *weights.Contents) (*Imported, error) {
	chosen, err := weights.Choose(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	im := &Imported{From: path, Weights: chosen.Weights, EMA: chosen.Average, Notes: chosen.Notes}
	for key, to := range map[string]any{metaSample: &im.Sample, metaNorm: &im.Norm, metaStep: &im.Step, metaData: &im.Data, metaMethod: &im.Recommended, metaOrigin: &im.Origin} {
		if text, ok := file.Metadata[key]; ok {
			if err := json.Unmarshal([]byte(text), to); err != nil {
				return nil, fmt.Errorf("%s: metadata %s: %s", path, key, foreign.Line(err.Error(), foreign.Limit))
			}
		}
	}
	if err := im.Recommended.check(); err != nil {
		return nil, fmt.Errorf("%s: metadata %s: %w", path, metaMethod, err)
	}
	if text, ok := file.Metadata[metaConfig]; ok {
		return im, im.configure(text)
	}
	return im, nil
}

func importAuthors(path string) (*Imported, error) {
	a, err := weights.ReadAuthors(path)
	if err != nil {
		return nil, err
	}
	c := configs.Default()
	c.Name = filepath.Base(filepath.Clean(path))
	c.Data.Kind = "npy" // own arrays, which --data names
	c.Data.Normalize = "none"
	if a.Complex {
		c.Data.Noise = configs.NoiseComplex
	}
	c.Schedule, c.Model, c.Objective = a.Schedule, a.Model, a.Objective
	im := &Imported{From: a.File, Weights: a.Weights, Config: &c, Sample: a.Shape}
	if epoch, ok := a.Scalars["epoch"].(int); ok && epoch > 0 {
		im.Step = epoch
	}
	return im, nil
}

// configure parses settings that come with weights.
func (im *Imported) configure(text string) error {
	c, err := configs.Parse(im.From, []byte(text))
	if err != nil {
		return oneLine(err)
	}
	im.Config = &c
	return nil
}
