package data

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/gmm"
)

// The words that configurations may use are those that mean something here.
func TestWordsAgree(t *testing.T) {
	if words := configs.Words("data.kind"); !slices.Equal(words, Kinds()) {
		t.Errorf("data.kind may be %v, want %v", words, Kinds())
	}
	text, err := os.ReadFile("kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Kinds() {
		if !strings.Contains(string(text), "\n//\t"+name+" ") {
			t.Errorf("the comment of Kinds has no line for %s", name)
		}
	}
	// What a mixture is fitted to are public images.
	for _, k := range kinds {
		public := len(k.public.mirrors) > 0
		if slices.Contains(configs.Words("data.fit"), k.name) != public {
			t.Errorf("data.fit and %s: public files %v", k.name, public)
		}
		for _, f := range k.public.files {
			if len(f.sha256) != 64 || f.size <= 0 {
				t.Errorf("%s cannot be verified", f.name)
			}
		}
		// Other files are found by data.dir alone.
		c := configs.Default()
		c.Data.Kind = k.name
		if err := c.Validate(); (err != nil && strings.Contains(err.Error(), "data.dir")) == public {
			t.Errorf("%s without data.dir: %v", k.name, err)
		}
	}
	m := &moments{count: 2, mean: []float64{1}, square: []float64{2}, low: 0, high: 2}
	layouts := map[string][]int{"auto": {1, 4, 5}, "l": {6}, "cl": {5, 6}, "hw": {5, 6}, "chw": {5, 6, 7}, "hwc": {5, 6, 7}}
	for key, accepts := range map[string]func(word string) bool{
		"data.normalize": func(w string) bool { _, err := newNorm(w, m); return err == nil },
		"data.layout":    func(w string) bool { _, _, err := sampleShape(layouts[w], w); return err == nil },
		"data.covariance": func(w string) bool {
			_, _, err := gmm.ParseCovariance(strings.ReplaceAll(w, ":q", ":3"))
			return err == nil
		},
	} {
		for _, w := range configs.Words(key) {
			if !accepts(w) {
				t.Errorf("%s = %s means nothing", key, w)
			}
		}
		if accepts("zebra") {
			t.Errorf("%s = zebra is accepted", key)
		}
	}
	if words := configs.Words("data.layout"); len(words) != len(layouts) {
		t.Errorf("layouts %v", words)
	}
	if words := configs.Words("data.covariance"); !slices.Equal(words, []string{string(gmm.Full), string(gmm.Diag), string(gmm.PPCA) + ":q"}) {
		t.Errorf("covariances %v", words)
	}
}
