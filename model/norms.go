package model

import (
	"fmt"

	"github.com/condmean/condmean/op"
)

// norms holds the constants of the paper's normalisation layers: PyTorch's
// default momentum, and 8 groups for group norm.
var norms = struct {
	groups   int
	momentum float32
}{8, 0.1}

// normalization is the kind of norm of a network.
type normalization struct {
	kind   op.NormKind
	affine bool // has learned weight and bias
}

// newNormalization takes the name from a configuration. Instance norms have no
// learned parameters, as is PyTorch's default.
func newNormalization(name string) (normalization, error) {
	switch name {
	case "batch", "":
		return normalization{op.Batch, true}, nil
	case "group":
		return normalization{op.Group, true}, nil
	case "instance":
		return normalization{op.Instance, false}, nil
	}
	return normalization{}, fmt.Errorf("model.norm: %q is unknown, want batch, group or instance", name)
}
