package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
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

// numbered wants one of a setting's words, or of those that a number belongs to,
// such as average:M, one with a number from 1 to most.
func (r *rules) numbered(key, value string, most int) {
	name, count, ok := strings.Cut(value, ":")
	i := slices.IndexFunc(Words(key), func(w string) bool { return strings.HasPrefix(w, name+":") })
	if !ok || i < 0 {
		r.word(key, value)
		return
	}
	if n, err := strconv.Atoi(count); err != nil || n < 1 || n > most || count != strconv.Itoa(n) {
		word := Words(key)[i]
		_, letter, _ := strings.Cut(word, ":")
		r.broken(key, value, "want %s with %s from 1 to %d", word, letter, most)
	}
}
