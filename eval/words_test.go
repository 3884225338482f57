package eval

import (
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/sched"
)

// The baselines that configurations may name are those that there are.
func TestWordsAgree(t *testing.T) {
	if words := configs.Words("eval.baselines"); !slices.Equal(words, Baselines()) {
		t.Errorf("eval.baselines may be %v, want %v", words, Baselines())
	}
	for _, label := range configs.Words("eval.baselines") {
		name := strings.ReplaceAll(label, ":K", ":3")
		b, k, err := baselineOf(name)
		if err != nil || b.name != label || (k == 3) != (name != label) {
			t.Errorf("%s: %s, %d, %v", name, b.name, k, err)
		}
	}
	for _, label := range []string{"", "zebra", "gmm", "gmm:0", "gmm:01", "gmm:x", "gmm:K", "ls:1", "cme:2"} {
		if _, _, err := baselineOf(label); !configs.IsUsage(err) {
			t.Errorf("%q: %v", label, err)
		}
	}
	// Settings take all methods that configurations may name.
	c := configs.Default().Eval
	c.Methods = nil
	for _, m := range configs.Words("eval.methods") {
		c.Methods = append(c.Methods, strings.ReplaceAll(m, ":M", ":8"))
	}
	r := &Request{}
	if err := r.Settings(c, 1); err != nil || !slices.Contains(r.Methods, sched.Average(8)) {
		t.Errorf("methods %v: %v", r.Methods, err)
	}
}
