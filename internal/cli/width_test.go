package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// What is no terminal has no width.
func TestWidthElsewhere(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Streams{{Out: f}, {Out: results{f}}, {Out: &bytes.Buffer{}}, {}} {
		if w := s.Width(); w != 0 {
			t.Errorf("%T: %d columns", s.Out, w)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// The flags of --help are wrapped at the terminal's width, and at 100 columns elsewhere.
func TestHelpWidth(t *testing.T) {
	c := Command{Name: "try", Flags: pflag.NewFlagSet("try", pflag.ContinueOnError)}
	c.Flags.String("flag", "", strings.Repeat("some words ", 40))
	for width, most := range map[int]int{0: 100, 20: 60, 80: 80, 300: 100} {
		longest := 0
		for line := range strings.Lines(c.help(width)) {
			if strings.Contains(line, "words") {
				longest = max(longest, len(line)-1)
			}
		}
		if longest > most || longest < most-12 {
			t.Errorf("%d columns: lines of up to %d, want %d", width, longest, most)
		}
	}
}

// TestExample: examples keep to the width as long as one flag and its value do, and
// are the same commands.
func TestExample(t *testing.T) {
	for line, want := range map[string]string{
		"tool --a b   # what it does":                     "  tool --a b   # what it does\n",
		"tool --from a/long/path --to b   # what it does": "  # what it does\n  tool --from a/long/path --to b\n",
		"tool --from a/long/path --to another/one --fast": "  tool --from a/long/path \\\n      --to another/one --fast\n",
		"tool --x a-value-that-is-wider-than-all-columns": "  tool \\\n      --x a-value-that-is-wider-than-all-columns\n",
	} {
		if got := example(line, 36); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
