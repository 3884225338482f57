package pretrained

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Layout is how a network is kept.
type Layout string

// The layouts. In a pipeline the parts have folders of their own; a flat one has all
// files in one.
const (
	LayoutModel      Layout = "model"
	LayoutFlat       Layout = "flat"
	LayoutPipeline   Layout = "pipeline"
	LayoutOpenAI     Layout = "openai"     // a .pt file
	LayoutLucidrains Layout = "lucidrains" // likewise
)

// Names of files and folders.
const (
	configName    = "config.json"
	schedulerName = "scheduler_config.json"
	indexName     = "model_index.json"
	unetFolder    = "unet"
	emaFolder     = "unet_ema"
	weightsName   = "diffusion_pytorch_model"
)

// recogniseFolder tells the layout of a folder of diffusers: one with model_index.json,
// or with a config.json that names its class or is that of a network.
func recogniseFolder(dir string) Layout {
	switch {
	case isFile(filepath.Join(dir, indexName)) && isFile(filepath.Join(dir, unetFolder, configName)):
		return LayoutPipeline
	case isFile(filepath.Join(dir, indexName)):
		return LayoutFlat
	case !isFile(filepath.Join(dir, configName)):
		return ""
	}
	if o, _, err := readObject(filepath.Join(dir, configName)); err != nil || !o.has("_class_name") && !o.isUNet() {
		return ""
	}
	return LayoutModel
}

// folder is where the parts of a network are.
type folder struct {
	layout Layout
	unet   string // folder of config.json and the weights
	root   string // folder of model_index.json or, without one, of the network
	index  string // text of model_index.json
}

// findFolder looks for the parts below dir.
func findFolder(dir string, o Options) (*folder, error) {
	f := &folder{layout: LayoutModel, unet: dir, root: dir}
	name := filepath.Join(dir, indexName)
	if isFile(name) {
		if err := f.readIndex(name); err != nil {
			return nil, err
		}
		f.layout = LayoutPipeline
		if f.unet = filepath.Join(dir, unetFolder); !isFile(filepath.Join(f.unet, configName)) {
			f.layout, f.unet = LayoutFlat, dir
		}
	}
	if o.EMA {
		if f.unet = filepath.Join(dir, emaFolder); !isFile(filepath.Join(f.unet, configName)) {
			return nil, configs.Usagef("%s: no folder %s with averaged weights", dir, emaFolder)
		}
	}
	if !isFile(filepath.Join(f.unet, configName)) {
		return nil, configs.Usagef("%s: no %s; not a folder of diffusers", f.unet, configName)
	}
	return f, nil
}

// readIndex refuses pipelines whose network does not work on images.
func (f *folder) readIndex(name string) error {
	o, text, err := readObject(name)
	if err != nil {
		return err
	}
	f.index = text
	for _, part := range []struct{ key, why string }{{"vae", "works on latents"}, {"vqvae", "works on latents"}, {"text_encoder", "is conditional"}} {
		if o.given(part.key) && !o.absent(part.key) {
			return configs.Usagef("%s: %s: the network of this pipeline %s, which is not supported", name, part.key, part.why)
		}
	}
	if unet := o.texts("unet", nil); o.err == nil && (len(unet) != 2 || unet[1] != unetClass) {
		o.refuse("unet", `want ["diffusers", "%s"]`, unetClass)
	}
	return o.err
}

// absent tells whether an entry stands for a part that is not there, [null, null].
func (o *object) absent(key string) bool {
	return strings.Join(strings.Fields(string(o.values[key])), "") == "[null,null]"
}

// scheduler returns the file of the schedule, "" if there is none.
func (f *folder) scheduler() string {
	for _, dir := range []string{filepath.Join(f.root, "scheduler"), f.root, f.unet, filepath.Join(f.root, "..", "scheduler"), filepath.Join(f.root, "..")} {
		if name := filepath.Join(dir, schedulerName); isFile(name) {
			return name
		}
	}
	return ""
}

// weights returns the file of the weights.
func (f *folder) weights(variant string) (name, note string, err error) {
	entries, err := os.ReadDir(f.unet)
	if err != nil {
		return "", "", err
	}
	var variants, files []string
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), weightsName)
		switch {
		case !ok || e.IsDir():
		case strings.HasSuffix(rest, ".index.json"):
			return "", "", configs.Usagef("%s: weights in several files are not supported; write them as one", filepath.Join(f.unet, e.Name()))
		case rest == ".safetensors" || rest == ".bin":
			files = append(files, rest)
		case strings.HasSuffix(rest, ".safetensors") || strings.HasSuffix(rest, ".bin"):
			v := strings.TrimPrefix(strings.TrimSuffix(rest, filepath.Ext(rest)), ".")
			if !slices.Contains(variants, v) {
				variants = append(variants, v)
			}
			files = append(files, rest)
		}
	}
	try := func(v string) string {
		for _, ext := range []string{".safetensors", ".bin"} {
			if slices.Contains(files, v+ext) {
				return filepath.Join(f.unet, weightsName+v+ext)
			}
		}
		return ""
	}
	if variant != "" {
		if name = try("." + variant); name == "" {
			return "", "", configs.Usagef("%s: no weights of variant %s; there are %s", f.unet, foreign.Quote(variant), foreign.Names(variants))
		}
		return name, "", nil
	}
	if name = try(""); name != "" {
		return name, "", nil
	}
	switch len(variants) {
	case 0:
		return "", "", configs.Usagef("%s: no %s.safetensors or .bin", f.unet, weightsName)
	case 1:
		return try("." + variants[0]), "weights of variant " + foreign.Name(variants[0]) + ", the only ones there are", nil
	}
	return "", "", configs.Usagef("%s: weights of the variants %s; say which", f.unet, foreign.Names(variants))
}

// isFile tells whether a file may be opened; errors other than that it is not there
// are met again when it is.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir() || err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid)
}
