package pretrained

import (
	"errors"
	"fmt"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// openOpenAI opens a .pt file of OpenAI's code, once somebody says what it is.
func openOpenAI(name string, file *weights.File, o Options) (*Model, error) {
	if err := recognise(name, file, o); err != nil {
		return nil, err
	}
	flags := o.OpenAI
	if flags == nil {
		named := Preset
		if strings.HasPrefix(o.Preset, "--") {
			named = ParseFlags
		}
		f, err := named(o.Preset)
		if err != nil {
			return nil, err
		}
		flags = &f
	}
	n, err := flags.network()
	if err != nil {
		return nil, err
	}
	s, err := flags.scheduler()
	if err != nil {
		return nil, err
	}
	there := map[string]weights.Key{}
	for _, k := range file.Keys {
		there[k.Name] = k
	}
	m, err := assemble(opened{name, file, there, pieces(n.unet, n.channels, flags.scheme())}, n, s, Origin{Layout: LayoutOpenAI, OpenAI: flags}, o)
	if errors.Is(err, errMismatch) {
		err = fmt.Errorf("%w; %s", err, fitting(there))
	}
	return m, err
}

// fitting says which presets have the tensors of a file.
func fitting(there map[string]weights.Key) string {
	var names []string
	for _, p := range presets {
		n, err := p.flags.network()
		if err == nil && compare(there, fileKeys(pieces(n.unet, n.channels, p.flags.scheme()))) == nil {
			names = append(names, p.names...)
		}
	}
	if names == nil {
		return "no preset has these tensors: give the flags that it was trained with, such as image_size=64 and num_heads=4"
	}
	return "the presets with these tensors are " + strings.Join(names, ", ")
}

// firstOpenAI is a tensor that all networks of OpenAI's code have.
const firstOpenAI = "input_blocks.0.0.weight"

// recognise refuses what is no unconditional network of OpenAI's code, by what its
// tensors tell, and one of which nobody says how it was made.
func recognise(name string, file *weights.File, o Options) error {
	shapes := map[string][]int{}
	for _, k := range file.Keys {
		shapes[k.Name] = k.Shape
	}
	has := func(name string) bool { return shapes[name] != nil }
	first := shapes[firstOpenAI]
	switch {
	case has("label_emb.weight"):
		return configs.Usagef("%s: label_emb.weight: networks with classes are not supported", name)
	case has("encoder_hidden_proj.weight") || has("transformer_proj.weight"):
		return configs.Usagef("%s: networks with texts are not supported", name)
	case first == nil:
		return configs.Usagef("%s: not the weights of a network of OpenAI's code: no %s", name, firstOpenAI)
	case !has("out.2.weight"):
		return configs.Usagef("%s: an encoder, as of a classifier: no out.2.weight", name)
	case len(first) != 4 || first[1] != openaiChannels:
		return configs.Usagef("%s: %s has shape %v: only networks of images with %d channels are supported", name, firstOpenAI, first, openaiChannels)
	case o.OpenAI != nil || o.Preset != "":
		return nil
	}
	there := map[string]weights.Key{}
	for _, k := range file.Keys {
		there[k.Name] = k
	}
	return configs.Usagef("%s: the file tells neither its attention heads nor its schedule, a preset must (--preset); %s", foreign.Line(name, foreign.Limit), fitting(there))
}
