// Command convert brings weights from one form into another.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/foreign"
)

const examples = `convert runs/mnist-1 mnist.safetensors                   # the best checkpoint's averaged weights, with settings and normalisation
convert mnist.safetensors mnist                          # and back to a checkpoint that denoise takes
convert authors/run imported                             # a run folder of the paper's published code
convert runs/mnist-1 small.safetensors --half            # the same in half precision, with what that changed
convert runs/mnist-1 mnist.pt                            # for torch.load, in the published code's names
convert runs/mnist-1 folder --to authors                 # the same with its sim_params.json
convert ddpm-butterflies-128 butterflies.safetensors     # a folder of diffusers
convert ffhq_10m.pt ffhq --preset ffhq_10m               # OpenAI's files do not tell their network
convert runs/tuned tuned --to diffusers                  # a network of kind unet2d as such a folder
convert mnist denoiser.onnx                              # a denoiser for onnxruntime: y and snr_db in, x out
convert model.pt imported --config my.yaml --shape 1,28,28 --key-map names.yaml
convert model.pt imported --config my.yaml --shape 1,28,28 --dry-run   # what would become of every tensor
`

func main() { command().Main() }

func command() *cli.Command {
	o := options{flags: pflag.NewFlagSet("convert", pflag.ContinueOnError)}
	f := o.flags
	f.StringVar(&o.weights, "weights", "ema", "which weights of a checkpoint that has both: `ema|raw`")
	f.StringVar(&o.to, "to", "", "`format` of OUT: own, authors, diffusers, npz, safetensors, pt or onnx (default: by OUT's extension; own for a folder)")
	f.StringVar(&o.method, "method", "oneshot", "what an .onnx file computes: `oneshot|mean`")
	f.StringVar(&o.config, "config", "", "`preset or file.yaml` with the network's settings, for weights that do not tell theirs")
	f.StringVar(&o.shape, "shape", "", "`C,L or C,H,W` of one sample, likewise")
	f.StringVar(&o.keyMap, "key-map", "", "YAML `file` with rules that rename tensors or leave them out")
	f.BoolVar(&o.partial, "partial", false, "leave out tensors that have no place in the network")
	f.BoolVar(&o.half, "half", false, "round to half precision (float16), which halves the file; for .safetensors, .npz and .pt")
	f.BoolVar(&o.force, "force", false, "replace OUT if it is there")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would become of every tensor, then stop")
	cli.PresetFlag(f, &o.preset, pretrained.Presets())
	return &cli.Command{
		Name:      "convert",
		Summary:   "Converts weights: checkpoints, .npz, .safetensors, PyTorch's .pt, run folders of the paper's published code, folders of diffusers; denoisers as .onnx.",
		Arguments: "IN OUT",
		Examples:  examples,
		Flags:     f,
		Words:     map[string][]string{"weights": {"ema", "raw"}, "to": {"own", "authors", "diffusers", "npz", "safetensors", "pt", "onnx"}, "method": {"oneshot", "mean"}},
		Run:       o.run,
	}
}

type options struct {
	flags         *pflag.FlagSet
	weights, to   string
	method        string
	preset        []string
	config, shape string
	keyMap        string
	partial       bool
	half          bool
	force, dryRun bool
}

func (o *options) run(_ context.Context, s cli.Streams) error {
	args := o.flags.Args()
	if len(args) != 2 && !(o.dryRun && len(args) == 1) {
		return configs.Usagef("give IN and OUT, such as: convert runs/mnist-1 mnist.safetensors")
	}
	im, m, err := o.read(args[0])
	if err != nil {
		return err
	}
	fits := im.Config != nil && im.Sample != nil
	if fits {
		report, err := im.Fit(m, o.partial)
		if o.dryRun && report != nil {
			if werr := report.WriteTable(s.Out); werr != nil {
				return werr
			}
		}
		if err != nil {
			if report != nil {
				err = fmt.Errorf("%w; --dry-run lists every tensor, --key-map renames tensors or leaves them out, --partial leaves out those without a place", err)
			}
			return configs.Usagef("%s: %w", im.From, err)
		}
	}
	switch {
	case o.dryRun && !fits:
		return configs.Usagef("%s does not tell its network; give --config and --shape", im.From)
	case o.dryRun:
		return note(s, im)
	}
	out := args[1]
	if out == "" {
		return configs.Usagef("OUT is empty; name a file or a folder")
	}
	format, err := o.format(out)
	if err != nil {
		return err
	}
	if info, err := os.Lstat(out); err == nil {
		_, manifest := checkpoint.Hash(out)
		switch {
		case info.IsDir() && (format != checkpoint.FormatOwn || manifest != nil):
			return configs.Usagef("%s is a folder that is there already; name another, or remove it first", out)
		case !o.force:
			return configs.Usagef("%s is there already; --force replaces it", out)
		}
	}
	if !fits && format != checkpoint.FormatNPZ && format != checkpoint.FormatSafetensors {
		return configs.Usagef("%s does not tell its network; give --config and --shape", im.From)
	}
	if format == checkpoint.FormatDiffusers && !im.Symmetric() {
		im.Notes = append(im.Notes, "its data are not mapped from [0,1] to [-1,1] (data.normalize: symmetric), as the library's own pipelines take for granted: theirs would show other colours")
	}
	if o.flags.Changed("method") && format != checkpoint.FormatONNX {
		return configs.Usagef("--method is of .onnx files; %s holds weights, which every method uses", out)
	}
	rounding, err := o.export(im, out, format)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) { // where no file can be, for the user to mend; a full disk is told from that
			return configs.Usagef("%w", err)
		}
		return err // its own refusals are usage errors
	}
	if err := note(s, im); err != nil {
		return err
	}
	values := 0
	for _, a := range im.Weights {
		values += a.Len()
	}
	_, err = fmt.Fprintf(s.Out, "%s: %d tensors, %d values from %s%s\n", out, len(im.Weights), values, im.From, rounding)
	return err
}

// note says what was left aside or is to be known, where nothing is refused any more.
func note(s cli.Streams, im *checkpoint.Imported) error {
	for _, n := range im.Notes {
		if _, err := fmt.Fprintf(s.Err, "convert: note: %s: %s\n", im.From, n); err != nil {
			return err
		}
	}
	return nil
}

// export writes the weights, and says in words what half precision changed.
func (o *options) export(im *checkpoint.Imported, out string, format checkpoint.Format) (rounding string, err error) {
	switch {
	case format == checkpoint.FormatONNX && o.half:
		return "", configs.Usagef("an .onnx file is written in float32; half precision is for .safetensors, .npz and .pt")
	case format == checkpoint.FormatONNX:
		return "", o.exportONNX(im, out)
	case !o.half:
		return "", im.Export(out, format)
	}
	r, err := im.ExportHalf(out, format)
	switch {
	case err != nil:
		return "", err
	case r.Tensor == "":
		return ", unchanged in half precision", nil
	}
	return fmt.Sprintf(", in half precision: the tensor that changes most is %s, by %.2g of its norm", foreign.Name(r.Tensor), r.Relative), nil
}

// read imports the weights that are asked for, and the key map.
func (o *options) read(in string) (*checkpoint.Imported, weights.KeyMap, error) {
	told, err := pretrained.ParseOptions(o.preset)
	if err != nil {
		return nil, nil, configs.Usagef("--preset: %w", err)
	}
	im, err := checkpoint.Import(in, checkpoint.Told(told))
	if err != nil {
		return nil, nil, configs.Usagef("%w", err)
	}
	switch {
	case o.weights != "ema" && o.weights != "raw":
		return nil, nil, configs.Usagef("--weights %s: want ema or raw", o.weights)
	case o.weights == "ema" && im.EMA != nil:
		im.Weights = im.EMA
	case o.weights == "ema" && o.flags.Changed("weights"):
		im.Notes = append(im.Notes, "it holds no averaged weights that are known as such; its only ones are taken")
	}
	im.EMA = nil
	if o.config != "" {
		c, err := configs.Load(o.config)
		if err != nil {
			return nil, nil, err
		}
		im.Config = &c
	}
	if o.shape != "" {
		if im.Sample, err = parseShape(o.shape); err != nil {
			return nil, nil, err
		}
	}
	if err := im.Check(); err != nil {
		return nil, nil, configs.Usagef("%s: %w", im.From, err)
	}
	if o.keyMap == "" {
		return im, nil, nil
	}
	m, err := weights.ReadKeyMap(o.keyMap)
	if err != nil {
		return nil, nil, configs.Usagef("--key-map: %w", err)
	}
	return im, m, nil
}

func (o *options) format(out string) (checkpoint.Format, error) {
	switch f := checkpoint.Format(o.to); f {
	case "":
		f, err := checkpoint.FormatOf(out)
		if err != nil {
			return "", configs.Usagef("%w", err)
		}
		return f, nil
	case checkpoint.FormatOwn, checkpoint.FormatAuthors, checkpoint.FormatDiffusers, checkpoint.FormatNPZ, checkpoint.FormatSafetensors, checkpoint.FormatTorch, checkpoint.FormatONNX:
		if named, err := checkpoint.FormatOf(out); err == nil && named != checkpoint.FormatOwn && named != f {
			return "", configs.Usagef("--to %s: %s has the extension of another format, by which it would be read", f, out)
		}
		return f, nil
	}
	return "", configs.Usagef("--to %s: want own, authors, diffusers, npz, safetensors, pt or onnx", o.to)
}

func parseShape(text string) ([]int, error) {
	var shape []int
	for _, part := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return nil, configs.Usagef("--shape %s: want channels and one or two sizes, such as 1,28,28", text)
		}
		shape = append(shape, n)
	}
	if err := configs.CheckSample(shape); err != nil {
		return nil, configs.Usagef("--shape: %w", err)
	}
	return shape, nil
}
