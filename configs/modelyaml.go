package configs

import (
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

var _ yaml.Marshaler = Model{}

// MarshalYAML returns the settings that a network of the kind reads, in their order.
func (m Model) MarshalYAML() (any, error) {
	type plain Model // without this method
	var node yaml.Node
	if err := node.Encode(plain(m)); err != nil {
		return nil, err
	}
	own := m.keys()
	if own == nil { // a kind that there is not
		return &node, nil
	}
	var kept []*yaml.Node
	for pair := range slices.Chunk(node.Content, 2) {
		if slices.Contains(own, pair[0].Value) {
			kept = append(kept, pair...)
		}
	}
	node.Content = kept
	return &node, nil
}

// keys returns the keys of the settings that a network of the kind reads; nil if there
// is no such kind. A setting is read if it survives ReadBy.
func (m Model) keys() []string {
	if !slices.ContainsFunc(networks, func(n network) bool { return n.kind == m.Kind }) {
		return nil
	}
	full := fullModel()
	full.Kind = m.Kind
	read := reflect.ValueOf(full.ReadBy(m.Kind))
	var keys []string
	for i := range read.NumField() {
		if !read.Field(i).IsZero() {
			keys = append(keys, yamlName(read.Type().Field(i)))
		}
	}
	return keys
}

// fullModel has no setting that is zero.
func fullModel() Model {
	m := defaultModel()
	m.Dropout = 0.5
	return m
}
