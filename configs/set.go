package configs

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// setName stands for the file name in messages about overrides.
const setName = "--set"

// Set applies overrides of the form key.path=value in order. Values are YAML
// scalars; lists are written [a, b] or a,b; an empty value or null clears an
// optional setting; text is taken as it stands. On error cfg is unchanged.
func Set(cfg *Config, overrides ...string) error {
	next := cfg.Clone()
	d := decoder{name: setName}
	for _, o := range overrides {
		d.override(&next, o)
	}
	if err := usage(d.errs); err != nil {
		return err
	}
	*cfg = next
	return nil
}

func (d *decoder) override(cfg *Config, text string) {
	none := &yaml.Node{}
	key, value, ok := strings.Cut(text, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		d.fail(none, "%q: want key=value, such as train.lr=2e-4", text)
		return
	}
	v := reflect.ValueOf(cfg).Elem()
	for _, part := range strings.Split(key, ".") {
		if v.Kind() == reflect.Struct {
			v, ok = fieldByKey(v, part)
		} else {
			ok = false
		}
		if !ok {
			d.fail(none, "%s", unknownKey(key))
			return
		}
	}
	if v.Kind() == reflect.Struct {
		d.fail(none, "%s is a section; set one of its keys", key)
		return
	}
	if v.Kind() == reflect.String {
		v.SetString(value)
		return
	}
	value = strings.TrimSpace(value)
	if v.Kind() == reflect.Slice && !strings.HasPrefix(value, "[") {
		value = "[" + value + "]"
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(value), &doc); err != nil {
		d.fail(none, "%s: cannot read the value %q: %s", key, value, yamlMessage(err))
		return
	}
	if len(doc.Content) == 0 { // "key=": nothing
		doc.Content = []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!null"}}
	}
	d.decode(v, doc.Content[0], key)
}
