package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/condmean/condmean/internal/foreign"
)

// Parse reads YAML over [Default] and refuses keys that do not exist. name is
// the file's name for messages. Ranges of values are checked by
// [Config.Validate], after overrides.
func Parse(name string, text []byte) (Config, error) { return parseOver(Default(), name, text) }

// parseOver is Parse over other settings than [Default].
func parseOver(cfg Config, name string, text []byte) (Config, error) {
	if len(text) > maxFile {
		return Config{}, Usagef("%s: larger than %d bytes; this is no configuration", name, maxFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return Config{}, Usagef("%s: the file is empty; write at least one key, such as `name: my-run`", name)
		}
		if !utf8.Valid(text) {
			return Config{}, Usagef("%s: %s; settings are a YAML text, in UTF-8", name, yamlMessage(err))
		}
		return Config{}, Usagef("%s: %s", name, yamlMessage(err))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Config{}, Usagef("%s: more than one YAML document; keep one", name)
	}
	d := decoder{name: name}
	d.decode(reflect.ValueOf(&cfg).Elem(), doc.Content[0], "")
	if err := usage(d.errs); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// decoder walks a YAML tree and the settings tree side by side. Its depth is
// bounded by the latter, so that aliases cannot blow it up.
type decoder struct {
	name   string // file name, or "--set"
	errs   []error
	merged int // pairs that merge keys brought
}

func (d *decoder) fail(n *yaml.Node, format string, args ...any) {
	where := d.name
	if n.Line > 0 && where != setName {
		where = fmt.Sprintf("%s:%d", d.name, n.Line)
	}
	d.errs = append(d.errs, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

// decode stores n in v, the setting at the dotted path key.
func (d *decoder) decode(v reflect.Value, n *yaml.Node, key string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch v.Kind() {
	case reflect.Struct:
		d.section(v, n, key)
	case reflect.Slice:
		d.list(v, n, key)
	case reflect.Pointer:
		if isNull(n) {
			v.SetZero()
			return
		}
		p := reflect.New(v.Type().Elem())
		d.decode(p.Elem(), n, key)
		v.Set(p)
	default:
		d.scalar(v, n, key)
	}
}

func (d *decoder) section(v reflect.Value, n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		if path == "" {
			d.fail(n, "want `key: value` lines, got %s", describe(n))
		} else {
			d.fail(n, "%s is a section: want `%s:` followed by indented keys, got %s", path, path, describe(n))
		}
		return
	}
	first := map[string]int{}
	content := d.merge(n)
	for i := 0; i+1 < len(content) && len(d.errs) <= maxErrors; i += 2 {
		k, val := content[i], content[i+1]
		key := join(path, k.Value)
		field, ok := fieldByKey(v, k.Value)
		if !ok || k.Kind != yaml.ScalarNode {
			d.fail(k, "%s", unknownKeyOf(v, path, k.Value))
			continue
		}
		if line, dup := first[k.Value]; dup {
			d.fail(k, "%s is set twice, first on line %d", key, line)
			continue
		}
		first[k.Value] = k.Line
		d.decode(field, val, key)
	}
}

func (d *decoder) list(v reflect.Value, n *yaml.Node, key string) {
	if isNull(n) {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "%s: want a list such as [a, b], got %s", key, describe(n))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		if len(d.errs) > maxErrors {
			break
		}
		d.decode(out.Index(i), c, fmt.Sprintf("%s[%d]", key, i))
	}
	v.Set(out)
}

func (d *decoder) scalar(v reflect.Value, n *yaml.Node, key string) {
	want := map[reflect.Kind]string{
		reflect.Int: "an integer", reflect.Uint64: "an integer from 0 up", reflect.Float64: "a number",
		reflect.Bool: "true or false", reflect.String: "text",
	}[v.Kind()]
	if want == "" {
		panic("configs: no decoding for settings of type " + v.Type().String())
	}
	if n.Kind != yaml.ScalarNode || isNull(n) && v.Kind() != reflect.String {
		d.fail(n, "%s: want %s, got %s", key, want, describe(n))
		return
	}
	if v.Kind() == reflect.String { // numbers and the like keep their spelling
		v.SetString(n.Value)
		if isNull(n) {
			v.SetString("")
		}
		return
	}
	if v.Kind() != reflect.Bool && leadingZero.MatchString(n.Value) {
		d.fail(n, "%s: want %s, got %s; leading zeros mean octal to some programs, leave them out", key, want, describe(n))
		return
	}
	whole := v.Kind() == reflect.Float64 || n.ShortTag() != "!!float" || isWhole(n)
	if err := n.Decode(v.Addr().Interface()); err != nil || !whole {
		d.fail(n, "%s: want %s, got %s", key, want, describe(n))
	}
}

// leadingZero matches numbers that YAML 1.1 takes for octal ones and YAML 1.2 for
// decimal ones, such as 030. 0o30 and 0x18 say what they are.
var leadingZero = regexp.MustCompile(`^[-+]?0[0-9_]`)

// isWhole reports whether a number written with a point or an exponent is an
// integer all the same; the YAML package would cut off its fraction.
func isWhole(n *yaml.Node) bool {
	var f float64
	return n.Decode(&f) == nil && f == math.Trunc(f) && math.Abs(f) <= 1<<53
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// describe says what a node is, for messages.
func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a section"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	default:
		const limit = 60
		text := []rune(n.Value)
		if len(text) > limit {
			text = append(text[:limit], '…')
		}
		return fmt.Sprintf("%q", string(text))
	}
}

// yamlMessage is the parser's message on one line, without its prefix.
func yamlMessage(err error) string {
	return foreign.Line(strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "), foreign.Limit)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
