package pretrained

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// today returns the tensors of a file of diffusers by today's names.
func (n *network) today(file *weights.File) (map[string]weights.Key, error) {
	there, twice := rename(file.Keys)
	if len(twice) > 0 {
		return nil, fmt.Errorf("tensors under two of their names: %s", foreign.Names(twice))
	}
	n.middleNorm(there)
	return there, nil
}

// match finds the tensors of a network in a file. Every one has to find its place, and
// no other be left.
func match(f opened) ([]Tensor, error) {
	if err := compare(f.there, fileKeys(f.pieces)); err != nil {
		if len(f.file.Unread) > 0 {
			return nil, f.file.Unread[0]
		}
		return nil, err
	}
	var tensors []Tensor
	for _, p := range f.pieces {
		key := f.there[p.file.Name]
		tensors = append(tensors, Tensor{Name: p.name, Shape: p.shape, read: func() ([]float32, error) {
			a, err := f.file.Read(key.Name)
			if err != nil {
				return nil, err
			}
			values := a.Float32()
			if i := slices.IndexFunc(values, func(v float32) bool { return v-v != 0 }); i >= 0 {
				return nil, configs.Usagef("tensor %s holds values that are not finite in float32 (the first is number %d of %d)", foreign.Name(key.Name), i+1, len(values))
			}
			return p.take(values), nil
		}})
	}
	return tensors, nil
}

// middleNorm decides whether the middle attention is normalised where settings and
// versions of the library disagree: by the tensors.
func (n *network) middleNorm(there map[string]weights.Key) {
	u := &n.unet
	if _, ok := there["mid_block.attentions.0.group_norm.weight"]; ok && u.Middle() && u.AddAttention && u.MiddleGroups() == 0 {
		u.AttnNormGroups = u.NormNumGroups
		n.notes = append(n.notes, fmt.Sprintf("the middle attention has a normalisation, as in diffusers 0.11 to 0.16: of %d groups", u.NormNumGroups))
	}
}

// compare returns an error of one line that lists what is missing, what has no place
// and what has another shape.
func compare(there map[string]weights.Key, want []weights.Key) error {
	var missing, shapes, parts []string
	rest := maps.Clone(there)
	for _, w := range want {
		k, ok := there[w.Name]
		delete(rest, w.Name)
		switch {
		case !ok:
			missing = append(missing, w.Name)
		case !slices.Equal(squeeze(k.Shape), squeeze(w.Shape)):
			shapes = append(shapes, fmt.Sprintf("%s %v (want %v)", k.Name, k.Shape, w.Shape))
		}
	}
	for _, c := range []struct {
		what  string
		names []string
	}{{"missing", missing}, {"unexpected", slices.Sorted(maps.Keys(rest))}, {"of another shape", shapes}} {
		if len(c.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s: %s", len(c.names), c.what, first(c.names)))
		}
	}
	if parts == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", errMismatch, strings.Join(parts, "; "))
}

var errMismatch = errors.New("the tensors are not those of the network that the settings describe")

// first shows the first names of a list.
func first(names []string) string {
	const most, longest = 4, 70
	var shown []string
	for i, name := range names {
		if i == most {
			return strings.Join(shown, ", ") + fmt.Sprintf(" and %d more", len(names)-most)
		}
		shown = append(shown, foreign.Line(name, longest))
	}
	return strings.Join(shown, ", ")
}

// squeeze leaves out trailing axes of size one after the second: of convolutions with
// one tap where a linear layer is meant.
func squeeze(shape []int) []int {
	for len(shape) > 2 && shape[len(shape)-1] == 1 {
		shape = shape[:len(shape)-1]
	}
	return shape
}
