package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The default of a setting is the first of its words.
func TestWords(t *testing.T) {
	found := 0
	walk(reflect.ValueOf(Default()), "", func(key string, v reflect.Value) {
		words := Words(key)
		if words == nil {
			return
		}
		found++
		for i, w := range words {
			if slices.Contains(words[:i], w) {
				t.Errorf("%s lists %s twice", key, w)
			}
		}
		if d := v.Interface(); v.Kind() == reflect.String && d != "" && d != words[0] {
			t.Errorf("%s is %q by default, and %s comes first", key, d, words[0])
		}
	})
	if found < 20 {
		t.Errorf("only %d settings are choices among words", found)
	}
	for _, key := range []string{"", "seed", "data", "data.dir", "data.kin", "seed.x", "data.kind.x"} {
		if w := Words(key); w != nil {
			t.Errorf("%q has the words %v", key, w)
		}
	}
}

// A word that is none of a setting's is refused with all of them, whatever the
// setting; its own words are not.
func TestWordsAreValidated(t *testing.T) {
	refused := func(key, word string) bool {
		c := Default()
		if err := Set(&c, key+"="+word); err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		err := c.Validate()
		switch { // other kinds read them
		case strings.HasPrefix(key, "model.unet2d."):
			err = c.Model.UNet2D.Validate()
		case strings.HasPrefix(key, "model.lucidrains."):
			err = c.Model.Lucidrains.Validate()
		}
		return err != nil && strings.Contains(err.Error(), fmt.Sprintf("%s = %q: want %s", key, word, strings.Join(Words(key), ", ")))
	}
	for _, key := range Keys() {
		for _, w := range Words(key) {
			if name, _, numbered := strings.Cut(w, ":"); !numbered && refused(key, name) {
				t.Errorf("%s = %s is refused", key, w)
			}
		}
		// The ranks of data.covariance are explained.
		if Words(key) != nil && key != "data.covariance" && !refused(key, "zebra") {
			t.Errorf("%s takes zebra", key)
		}
	}
}

func TestNetworksHaveSettings(t *testing.T) {
	var kinds []string
	for _, n := range networks {
		kinds = append(kinds, n.kind)
	}
	if words := Words("model.kind"); !slices.Equal(kinds, words) {
		t.Errorf("settings of %v, want those of %v", kinds, words)
	}
}
