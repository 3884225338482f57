package checkpoint

import (
	"encoding/json"
	"errors"
	"path"
	"path/filepath"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
)

// trained gathers what other libraries' files tell.
func (im *Imported) trained(arrays []weights.Array) (pretrained.Trained, error) {
	if im.Config.Adapt.Remapped() {
		return pretrained.Trained{}, configs.Usagef("the network is fed remapped levels (adapt.levels), which other libraries do not know")
	}
	return pretrained.Trained{Network: im.Config.Model, Schedule: im.Config.Schedule, Objective: im.Config.Objective, Sample: im.Sample, Tensors: arrays}, nil
}

// origin returns im.Origin as JSON, nil where there is none.
func (im *Imported) origin() (json.RawMessage, error) {
	if im.Origin == (pretrained.Origin{}) {
		return nil, nil
	}
	return json.Marshal(im.Origin)
}

// foreignTorch reports whether a .pt of the network is one of another library.
func (im *Imported) foreignTorch() bool {
	return im.Origin.OpenAI != nil || im.Config.Model.Kind == "lucidrains"
}

// exportForeignTorch writes a .pt file as OpenAI's code or denoising-diffusion-pytorch
// reads it.
func (im *Imported) exportForeignTorch(name string, arrays []weights.Array) error {
	trained, err := im.trained(arrays)
	if err != nil {
		return err
	}
	write, err := im.Origin.Torch(trained)
	if err != nil {
		return &configs.UsageError{Err: err}
	}
	return atomicfile.WriteFunc(name, write)
}

// exportDiffusers writes a folder that diffusers opens: as the network's source had it,
// or a pipeline where it has none. The folder appears as a whole.
func (im *Imported) exportDiffusers(dir string, arrays []weights.Array) error {
	trained, err := im.trained(arrays)
	if err != nil {
		return err
	}
	files, err := im.Origin.Files(trained)
	if err != nil {
		return &configs.UsageError{Err: err}
	}
	return replaceFolder(OS{}, filepath.Clean(dir), func(tmp string) error {
		made := map[string]bool{".": true}
		for _, f := range files {
			folder := path.Dir(f.Name)
			if !made[folder] {
				made[folder] = true
				if err := (OS{}).Mkdir(filepath.Join(tmp, folder)); err != nil {
					return err
				}
			}
			if _, err := writeFile(OS{}, filepath.Join(tmp, filepath.FromSlash(f.Name)), f.Write); err != nil {
				return err
			}
		}
		var err error
		for folder := range made {
			err = errors.Join(err, OS{}.SyncDir(filepath.Join(tmp, folder)))
		}
		return err
	})
}

// Symmetric reports whether the weights know their data to be mapped from [0,1] to
// [-1,1], as other libraries take for granted.
func (im *Imported) Symmetric() bool {
	for _, name := range []string{"mean", "scale"} {
		if len(im.Norm[name]) == 0 {
			return false
		}
		for _, v := range im.Norm[name] {
			if v != 0.5 {
				return false
			}
		}
	}
	return true
}
