package nearest

import (
	"strings"
	"testing"
)

// TestDistance: values counted by hand.
func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"mean", "mean", 0},
		{"mean", "maen", 1}, {"mnsit", "mnist", 1}, {"kitten", "sitting", 3},
		{"ca", "abc", 3}, // two steps would change the same place twice
		{"quickstrat", "quickstart", 1}, {"ab", "ba", 1}, {"abcd", "badc", 2},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q, %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("%q, %q: %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestHint(t *testing.T) {
	words := []string{"gmm64", "mnist", "mean", "oneshot", "average:M", "quickstart"}
	for word, want := range map[string]string{
		"mnsit": "mnist", "MNIST": "mnist", "gmm-64": "gmm64", "meen": "mean", "maen": "mean",
		"one-shot": "oneshot", "averge:8": "average:M", "quikstrat": "quickstart",
		"gmm128": "", "runs/mnist-1": "", "": "", "x": "", "ls": "",
		strings.Repeat("mnist", 1<<20): "", // is not compared
	} {
		hint := ""
		if want != "" {
			hint = "; did you mean " + want + "?"
		}
		if got := Hint(word, words); got != hint {
			t.Errorf("%.20q: %q, want %q", word, got, hint)
		}
	}
}
