package eval

import (
	"os"
	"regexp"
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
	// What lists them for people lists them all.
	for file, line := range map[string]string{"baseline.go": "(?m)^//\t%s ", "../docs/evaluation.md": "(?m)^\\| `%s` \\|"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range Baselines() {
			if !regexp.MustCompile(strings.ReplaceAll(line, "%s", regexp.QuoteMeta(name))).Match(text) {
				t.Errorf("%s has no line for %s", file, name)
			}
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

// Progress lines do without needless decimals, which keys of the journal have.
func TestDecimals(t *testing.T) {
	for key, want := range map[string]string{"12.885490976351138 dB": "12.88 dB", "-20 dB": "-20 dB", "steps 2.5 dB mean": "steps 2.5 dB mean", "blind 0.333333 dB mad": "blind 0.33 dB mad"} {
		if got := decimals.ReplaceAllString(key, "$1"); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}
