package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/nearest"
)

// Keys returns the dotted paths of all settings in the order of the tree.
func Keys() []string {
	var keys []string
	walk(reflect.ValueOf(Config{}), "", func(key string, _ reflect.Value) { keys = append(keys, key) })
	return keys
}

// walk calls f for each setting (leaf) of the tree in order.
func walk(v reflect.Value, path string, f func(key string, v reflect.Value)) {
	for i := range v.NumField() {
		key := join(path, yamlName(v.Type().Field(i)))
		if field := v.Field(i); field.Kind() == reflect.Struct {
			walk(field, key, f)
		} else {
			f(key, field)
		}
	}
}

func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}

// fieldByKey returns the field of a section by its YAML name.
func fieldByKey(section reflect.Value, name string) (reflect.Value, bool) {
	f, ok := fieldByName(section.Type(), name)
	if !ok {
		return reflect.Value{}, false
	}
	return section.FieldByIndex(f.Index), true
}

// unknownKey is the message for a key that does not exist: it suggests the
// nearest one, or lists what its section holds.
func unknownKey(key string) string {
	const maxShown = 80
	if len(key) > maxShown {
		key = strings.ToValidUTF8(key[:maxShown], "") + "…"
	}
	if near := NearestKeys(key); len(near) > 0 {
		return fmt.Sprintf("unknown key %q; did you mean %s?", key, strings.Join(near, " or "))
	}
	section, _, nested := cutLast(key)
	if !nested || !slices.ContainsFunc(Keys(), func(k string) bool { return strings.HasPrefix(k, section+".") }) {
		section = ""
	}
	var allowed []string
	for _, k := range Keys() {
		rest, ok := strings.CutPrefix(k, section+".")
		if section == "" {
			rest, ok = k, true
		}
		if head, _, _ := strings.Cut(rest, "."); ok && !slices.Contains(allowed, head) {
			allowed = append(allowed, head)
		}
	}
	return fmt.Sprintf("unknown key %q; allowed here: %s", key, strings.Join(allowed, ", "))
}

// unknownKeyOf is unknownKey for a section, or for an element of a list, whose
// keys are not among those of the tree.
func unknownKeyOf(section reflect.Value, path, name string) string {
	if !strings.HasSuffix(path, "]") {
		return unknownKey(join(path, name))
	}
	var allowed []string
	walk(section, "", func(key string, _ reflect.Value) { allowed = append(allowed, key) })
	return fmt.Sprintf("unknown key %s; allowed here: %s", foreign.Quote(join(path, name)), strings.Join(allowed, ", "))
}

// NearestKeys returns the keys that may be meant by one that does not exist: that with
// few typos in the full path, or those of other sections whose last word is the same,
// or nearly so. None if nothing is close.
func NearestKeys(key string) []string {
	keys := Keys()
	if near := nearest.Of(key, keys); near != "" {
		return []string{near}
	}
	lasts := make([]string, len(keys))
	for i, k := range keys {
		_, lasts[i], _ = cutLast(k)
	}
	_, last, _ := cutLast(key)
	last = nearest.Of(last, lasts)
	var near []string
	for i, k := range keys {
		if lasts[i] == last {
			near = append(near, k)
		}
	}
	return near
}

// cutLast splits a dotted path before its last word.
func cutLast(key string) (section, last string, nested bool) {
	if i := strings.LastIndexByte(key, '.'); i >= 0 {
		return key[:i], key[i+1:], true
	}
	return "", key, false
}
