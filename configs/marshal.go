package configs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Marshal returns the resolved configuration as YAML that [Parse] reads back
// to the same value, but for settings of networks of other kinds, which are left out:
// they are read back as the defaults.
func Marshal(cfg Config) ([]byte, error) {
	var buf bytes.Buffer
	enc := yaml.NewEncoder(&buf)
	enc.SetIndent(2)
	if err := enc.Encode(cfg); err != nil {
		return nil, fmt.Errorf("configs: %w", err)
	}
	if err := enc.Close(); err != nil {
		return nil, fmt.Errorf("configs: %w", err)
	}
	return buf.Bytes(), nil
}

// Hash returns the SHA-256 of the resolved YAML in hexadecimal.
func Hash(cfg Config) (string, error) {
	text, err := Marshal(cfg)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Difference is a setting with two values, written as in YAML.
type Difference struct{ Key, A, B string }

func (d Difference) String() string { return fmt.Sprintf("%s: %s → %s", d.Key, d.A, d.B) }

// Diff returns the settings in which a and b differ, in the order of the tree. Where
// both have a network of one kind, what other kinds read is none.
func Diff(a, b Config) []Difference {
	if kind := a.Model.Kind; kind == b.Model.Kind {
		a.Model, b.Model = a.Model.ReadBy(kind), b.Model.ReadBy(kind)
	}
	var right []string
	walk(reflect.ValueOf(b), "", func(_ string, v reflect.Value) { right = append(right, render(v)) })
	var diffs []Difference
	i := 0
	walk(reflect.ValueOf(a), "", func(key string, v reflect.Value) {
		if left := render(v); left != right[i] {
			diffs = append(diffs, Difference{Key: key, A: left, B: right[i]})
		}
		i++
	})
	return diffs
}

// render writes one setting for Diff.
func render(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "null"
		}
		return render(v.Elem())
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, render(v.Index(i)))
		}
		return "[" + strings.Join(items, " ") + "]"
	case reflect.Struct:
		var fields []string
		walk(v, "", func(key string, f reflect.Value) { fields = append(fields, key+": "+render(f)) })
		return "{" + strings.Join(fields, ", ") + "}"
	default:
		return fmt.Sprint(v.Interface())
	}
}

// Clone returns a copy that shares no memory with c.
func (c Config) Clone() Config {
	c.Data.Batches = slices.Clone(c.Data.Batches)
	c.Train.WeightDecay = clonePointer(c.Train.WeightDecay)
	c.Train.Groups = slices.Clone(c.Train.Groups)
	for i, g := range c.Train.Groups {
		c.Train.Groups[i].LR, c.Train.Groups[i].WeightDecay = clonePointer(g.LR), clonePointer(g.WeightDecay)
	}
	c.Checkpoint.Milestones = slices.Clone(c.Checkpoint.Milestones)
	c.Model = c.Model.clone()
	c.Init.Shapes, c.Init.Preset = slices.Clone(c.Init.Shapes), slices.Clone(c.Init.Preset)
	c.Adapt = c.Adapt.clone()
	c.Eval.Methods = slices.Clone(c.Eval.Methods)
	c.Eval.Baselines = slices.Clone(c.Eval.Baselines)
	c.Schedule = c.Schedule.clone()
	return c
}

func clonePointer(p *float64) *float64 {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
