package pretrained

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/regular"
)

// maxText bounds a file of settings; a list of β for every level fits.
const maxText = 4 << 20

// object is a JSON object of settings, whose keys keep their order. The first value
// that is not of the kind asked for is the error, and zero values follow.
type object struct {
	file   string // for messages
	keys   []string
	values map[string]json.RawMessage
	err    error
}

// readObject reads a file that holds one object.
func readObject(file string) (*object, string, error) {
	text, err := regular.ReadFile(file, maxText)
	if err != nil {
		return nil, "", err
	}
	o, err := parseObject(file, text)
	return o, string(text), err
}

// parseObject reads an object whose keys are there once each.
func parseObject(file string, text []byte) (*object, error) {
	o := &object{file: file, values: map[string]json.RawMessage{}}
	refuse := func(what string) (*object, error) { return nil, configs.Usagef("%s: %s", file, what) }
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return refuse("not a JSON object of settings")
	}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return refuse("not valid JSON: a key is no text")
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return refuse("not valid JSON at " + foreign.Name(key) + ": " + foreign.Line(err.Error(), foreign.Limit))
		}
		if _, twice := o.values[key]; twice {
			return refuse(foreign.Name(key) + " is set twice")
		}
		o.keys = append(o.keys, key)
		o.values[key] = value
	}
	if _, err := dec.Token(); err != nil {
		return refuse("not valid JSON: the file ends too early")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return refuse("something follows the settings")
	}
	return o, nil
}

// alias gives a key the value of its old name where the new one is missing.
func (o *object) alias(key, old string) {
	if v, ok := o.values[old]; ok && !o.has(key) {
		o.values[key] = v
	}
}

// has tells whether a key is there; given, whether it is and not null.
func (o *object) has(key string) bool { _, ok := o.values[key]; return ok }

func (o *object) given(key string) bool {
	v, ok := o.values[key]
	return ok && string(v) != "null"
}

// refuse records that the value of a key cannot be used.
func (o *object) refuse(key, format string, args ...any) {
	const maxShown = 80
	if o.err == nil {
		shown := foreign.Line(string(o.values[key]), maxShown)
		o.err = configs.Usagef("%s: %s = %s: "+format, append([]any{o.file, key, shown}, args...)...)
	}
}

func value[T any](o *object, key string, byDefault T, want string) T {
	if !o.has(key) {
		return byDefault
	}
	v := new(T)
	if err := json.Unmarshal(o.values[key], v); err != nil || !o.given(key) {
		o.refuse(key, "want %s", want)
		return byDefault
	}
	return *v
}

func (o *object) boolean(key string, byDefault bool) bool {
	return value(o, key, byDefault, "true or false")
}
func (o *object) text(key, byDefault string) string { return value(o, key, byDefault, "text") }

// number returns a finite number.
func (o *object) number(key string, byDefault float64) float64 {
	return value(o, key, byDefault, "a number")
}

// integer returns an integer, which may be written as 1.0, of modest size.
func (o *object) integer(key string, byDefault int) int {
	return o.whole(key, value(o, key, float64(byDefault), "an integer"))
}

func (o *object) whole(key string, v float64) int {
	if v != math.Trunc(v) || math.Abs(v) > math.MaxInt32 {
		o.refuse(key, "want an integer")
		return 0
	}
	return int(v)
}

// positive is integer for what may be null, which is 0, but is at least 1 otherwise.
func (o *object) positive(key string, byDefault int) int {
	if o.has(key) && !o.given(key) {
		return 0
	}
	n := o.integer(key, byDefault)
	if n < 1 && (o.given(key) || byDefault > 0) {
		o.refuse(key, "want at least 1, or null")
	}
	return n
}

func (o *object) integers(key string, byDefault []int) []int {
	if !o.has(key) {
		return byDefault
	}
	var list []int
	for _, v := range value(o, key, []*float64{}, "a list of integers") {
		if v == nil {
			o.refuse(key, "want a list of integers")
			return nil
		}
		list = append(list, o.whole(key, *v))
	}
	return list
}

func (o *object) numbers(key string) []float64 {
	var list []float64
	for _, v := range value(o, key, []*float64{}, "a list of numbers") {
		if v == nil {
			o.refuse(key, "want a list of numbers")
			return nil
		}
		list = append(list, *v)
	}
	return list
}

func (o *object) texts(key string, byDefault []string) []string {
	var list []string
	for _, v := range value(o, key, []*string{}, "a list of texts") {
		if v == nil {
			o.refuse(key, "want a list of texts")
			return nil
		}
		list = append(list, *v)
	}
	if !o.has(key) {
		return byDefault
	}
	return list
}

// set changes or adds a key.
func (o *object) set(key string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if !slices.Contains(o.keys, key) {
		o.keys = append(o.keys, key)
	}
	o.values[key] = text
	return nil
}

// marshal writes the object in the order of its keys, as the library indents it.
func (o *object) marshal() (string, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, key := range o.keys {
		name, err := json.Marshal(key)
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(o.values[key])
	}
	b.WriteByte('}')
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		return "", err
	}
	return out.String() + "\n", nil
}
