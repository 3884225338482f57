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
