package configs

import (
	"fmt"
	"reflect"
	"strings"
)

// Words returns the words that a setting may be, the default first, as the tag
// "words" of its field lists them; average:M stands for average:1 and so on. It
// returns nil for settings that are no choice among words. The packages that give
// words their meaning test that they know the same.
func Words(key string) []string {
	section := reflect.TypeFor[Config]()
	names := strings.Split(key, ".")
	for i, name := range names {
		f, ok := fieldByName(section, name)
		switch {
		case !ok:
			return nil
		case i == len(names)-1:
			return append([]string(nil), strings.Fields(f.Tag.Get("words"))...)
		case f.Type.Kind() != reflect.Struct:
			return nil
		}
		section = f.Type
	}
	return nil
}

// fieldByName returns the field of a section by its YAML name.
func fieldByName(section reflect.Type, name string) (reflect.StructField, bool) {
	for i := range section.NumField() {
		if f := section.Field(i); yamlName(f) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// word wants one of a setting's words.
func (r *rules) word(key, value string) {
	words := Words(key)
	if len(words) == 0 {
		panic(fmt.Sprintf("configs: %s is no choice among words", key))
	}
	r.oneOf(key, value, words...)
}
