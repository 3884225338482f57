package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/sched"
)

// Format is what weights are exported as.
type Format string

// The formats; those of files are told by the extension.
const (
	FormatOwn         Format = "own"     // a checkpoint folder
	FormatAuthors     Format = "authors" // a run folder of the paper's published code
	FormatNPZ         Format = "npz"
	FormatSafetensors Format = "safetensors"
	FormatTorch       Format = "pt"
	FormatDiffusers   Format = "diffusers" // a folder with a UNet2DModel and its scheduler
	FormatONNX        Format = "onnx"      // a denoiser, which package onnx writes
)

// FormatOf returns the format that the extension of a path means.
func FormatOf(path string) (Format, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".npz", ".safetensors", ".pt", ".onnx":
		return Format(ext[1:]), nil
	case ".pth", ".bin", ".ckpt":
		return FormatTorch, nil
	default:
		if !word.MatchString(ext) { // a folder may be named v0.5
			return FormatOwn, nil
		}
		return "", fmt.Errorf("%s: not a format for weights; .npz, .safetensors and .pt are, .onnx holds a denoiser, and a folder becomes a checkpoint", path)
	}
}

// word finds extensions that are meant as such.
var word = regexp.MustCompile(`^\.[a-z]+[0-9]?$`)

// Export writes the weights atomically. Weights is what is written; an average
// beside it is not. Formats other than .npz need what the source tells: a
// checkpoint and the layouts of the published code the settings and the sample's
// shape; .safetensors carries them as metadata where they are known.
func (im *Imported) Export(path string, f Format) error {
	if err := im.mustTell(f); err != nil {
		return err
	}
	if f == FormatOwn {
		return im.exportOwn(path)
	}
	arrays, err := im.writable()
	if err != nil {
		return err
	}
	if f != FormatNPZ {
		arrays = counters(arrays)
	}
	return im.export(path, f, arrays)
}

// ExportHalf is Export in half precision, which halves the file, and tells what
// the rounding changed. A checkpoint has float32 alone.
func (im *Imported) ExportHalf(path string, f Format) (weights.Rounding, error) {
	switch f {
	case FormatOwn:
		return weights.Rounding{}, configs.Usagef("a checkpoint folder holds float32; half precision is for .safetensors, .npz and .pt")
	case FormatDiffusers:
		return weights.Rounding{}, configs.Usagef("a folder of diffusers is written in float32; half precision is for .safetensors, .npz and .pt")
	}
	if err := im.mustTell(f); err != nil {
		return weights.Rounding{}, err
	}
	if f == FormatTorch && im.foreignTorch() {
		return weights.Rounding{}, configs.Usagef("a .pt of another library is written in float32; half precision is for .safetensors and .npz")
	}
	arrays, err := im.writable()
	if err != nil {
		return weights.Rounding{}, err
	}
	arrays, r, err := weights.Half(counters(arrays))
	if err != nil {
		return r, fmt.Errorf("%s: %w", im.From, err)
	}
	return r, im.export(path, f, arrays)
}

// writable returns the weights in element types that files are written in.
func (im *Imported) writable() ([]weights.Array, error) {
	plain := make([]weights.Array, len(im.Weights))
	for i, a := range im.Weights {
		var err error
		if plain[i], err = a.Writable(); err != nil {
			return nil, fmt.Errorf("%s: %w", im.From, err)
		}
	}
	return plain, nil
}

// export writes arrays in a format of others.
func (im *Imported) export(path string, f Format, arrays []weights.Array) error {
	switch f {
	case FormatAuthors:
		return im.exportAuthors(path, arrays)
	case FormatDiffusers:
		return im.exportDiffusers(path, arrays)
	case FormatTorch:
		if im.foreignTorch() {
			return im.exportForeignTorch(path, arrays)
		}
	}
	return atomicfile.WriteFunc(path, func(w io.Writer) error {
		switch f {
		case FormatNPZ:
			return weights.WriteNPZ(w, arrays)
		case FormatSafetensors:
			meta, err := im.metadata()
			if err != nil {
				return err
			}
			return weights.WriteSafetensors(w, arrays, meta)
		case FormatTorch:
			e, err := im.authors(arrays)
			if err != nil {
				return err
			}
			return weights.WriteTorch(w, e.Torch())
		}
		return configs.Usagef("format %q is unknown", string(f))
	})
}

// mustTell refuses weights that do not tell what a format does.
func (im *Imported) mustTell(f Format) error {
	if f != FormatNPZ && f != FormatSafetensors && (im.Config == nil || im.Sample == nil) {
		return configs.Usagef("the settings and the sample's shape are not known; a file of this format tells them")
	}
	return nil
}

// counters makes what PyTorch counts in integers integers again, where they are.
func counters(arrays []weights.Array) []weights.Array {
	out := make([]weights.Array, len(arrays))
	for i, a := range arrays {
		out[i] = a
		if !strings.HasSuffix(a.Name, ".num_batches_tracked") {
			continue
		}
		if ints, ok := a.Integers(); ok {
			out[i] = weights.FromInt64(a.Name, a.Shape, ints)
		}
	}
	return out
}

func (im *Imported) metadata() (map[string]string, error) {
	meta := map[string]string{"format": "pt"} // as PyTorch's tools expect
	for key, value := range map[string]any{metaSample: im.Sample, metaNorm: im.Norm, metaStep: im.Step} {
		b, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		meta[key] = string(b)
	}
	if im.Data != nil {
		meta[metaData] = string(im.Data)
	}
	if im.Recommended != nil {
		b, err := json.Marshal(im.Recommended)
		if err != nil {
			return nil, err
		}
		meta[metaMethod] = string(b)
	}
	if origin, err := im.origin(); err != nil {
		return nil, err
	} else if origin != nil {
		meta[metaOrigin] = string(origin)
	}
	if im.Config != nil {
		text, err := configs.Marshal(*im.Config)
		if err != nil {
			return nil, err
		}
		meta[metaConfig] = string(text)
	}
	return meta, nil
}

func (im *Imported) exportOwn(path string) error {
	text, err := configs.Marshal(*im.Config)
	if err != nil {
		return err
	}
	origin, err := im.origin()
	if err != nil {
		return err
	}
	return Write(path, &Snapshot{Step: im.Step, Program: "condmean convert", Config: string(text), Sample: im.Sample, Data: im.Data, Recommended: im.Recommended,
		Origin: origin, Weights: Tensors(im.Weights), Norm: im.Norm})
}

// authors gathers what the published code's files tell.
func (im *Imported) authors(arrays []weights.Array) (*weights.AuthorsExport, error) {
	if im.Config.Adapt.Remapped() {
		return nil, configs.Usagef("the network is fed remapped levels (adapt.levels), which the published code does not know")
	}
	s, err := sched.New(im.Config.Schedule)
	if err != nil {
		return nil, err
	}
	return &weights.AuthorsExport{Shape: im.Sample, Complex: im.Config.Data.Noise == configs.NoiseComplex, Schedule: im.Config.Schedule, Beta: s.Beta,
		Objective: im.Config.Objective, Weights: arrays, Epoch: im.Step}, nil
}

// exportAuthors writes sim_params.json and train_models/model-N.pt into a folder
// that appears as a whole.
func (im *Imported) exportAuthors(path string, arrays []weights.Array) error {
	e, err := im.authors(arrays)
	if err != nil {
		return err
	}
	if e.Network, err = model.Published(im.Config.Model, im.Sample); err != nil {
		return &configs.UsageError{Err: err}
	}
	params, err := e.Params()
	if err != nil {
		return &configs.UsageError{Err: err}
	}
	return replaceFolder(OS{}, filepath.Clean(path), func(tmp string) error {
		if _, err := writeFile(OS{}, filepath.Join(tmp, "sim_params.json"), writeBytes(params)); err != nil {
			return err
		}
		models := filepath.Join(tmp, "train_models")
		if err := (OS{}).Mkdir(models); err != nil {
			return err
		}
		_, err := writeFile(OS{}, filepath.Join(models, fmt.Sprintf("model-%d.pt", im.Step)), func(w io.Writer) error {
			return weights.WriteTorch(w, e.Torch())
		})
		return errors.Join(err, OS{}.SyncDir(models))
	})
}

// Fit renames and orders the weights as the network of the settings has them.
// The report tells what becomes of every tensor; the error, if strict refuses it.
// Partial leaves out the weights that have no place in the network.
func (im *Imported) Fit(m weights.KeyMap, partial bool) (weights.Report, error) {
	state, parameter, err := model.Declare(im.Config.Model, im.Sample)
	if err != nil {
		return nil, err
	}
	target := make([]weights.Key, len(state))
	for i, t := range state {
		target[i] = weights.Key{Name: t.Name, Shape: t.Shape, Trainable: parameter[i]}
	}
	report := weights.Compare(weights.Keys(im.Weights), target, append(m, weights.CommonPrefixes()...))
	strict := report
	if partial {
		strict = slices.DeleteFunc(slices.Clone(report), func(row weights.Row) bool { return row.Status == weights.Unused })
	}
	if err := strict.Strict(); err != nil {
		return report, err
	}
	fitted := make([]weights.Array, 0, len(target))
	for _, row := range report {
		if row.Target == nil {
			continue
		}
		a, ok := weights.Find(im.Weights, row.Source.Name)
		if !ok {
			return report, fmt.Errorf("tensor %s is lost", foreign.Name(row.Source.Name))
		}
		a.Name = row.Target.Name
		fitted = append(fitted, a)
	}
	im.Weights = fitted
	return report, nil
}
