package model

import (
	"fmt"
	"strings"

	"github.com/condmean/condmean/configs"
)

// kind is a kind of network: all that the program knows of it but its settings,
// which are a part of configs.Model and bring their rules with them.
type kind struct {
	name string // model.kind
	// layout lays a network out for samples of shape (C,L) or (C,H,W). Settings
	// and sizes obey their rules; what ties the two together is checked here.
	layout func(c configs.Model, shape []int) (architecture, error)
	// published returns the settings as the paper's published code knows them;
	// nil: the published code has no such network.
	published func(c configs.Model, shape []int) map[string]any
}

// kinds registers the kinds of network.
var kinds = []kind{
	{name: "unet", layout: newUNet, published: publishedUNet},
	{name: "cnn", layout: newCNN},
	{name: "mlp", layout: newMLP},
	{name: "unet2d", layout: newUNet2D},
	{name: "lucidrains", layout: newLucidrains},
	{name: "experts", layout: newExperts},
}

// Kinds returns the names of the kinds of network.
func Kinds() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func kindOf(name string) (kind, error) {
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("model.kind: %q is unknown, want %s", name, strings.Join(Kinds(), " or "))
}

// Published returns the settings of a network for samples of the given shape as
// the paper's published code knows them. It fails for kinds that the published
// code does not have.
func Published(c configs.Model, shape []int) (map[string]any, error) {
	k, err := kindOf(c.Kind)
	if err != nil {
		return nil, err
	}
	if k.published == nil {
		return nil, fmt.Errorf("model.kind: the paper's published code has no network of kind %s; export it as .safetensors, .npz or .pt", c.Kind)
	}
	return k.published(c, shape), nil
}
