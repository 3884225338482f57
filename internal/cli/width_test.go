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

// The flags of --help are wrapped at the terminal's width, and at 80 columns elsewhere.
func TestHelpWidth(t *testing.T) {
	c := Command{Name: "try", Flags: pflag.NewFlagSet("try", pflag.ContinueOnError)}
	c.Flags.String("flag", "", strings.Repeat("some words ", 40))
	for width, most := range map[int]int{0: 80, 20: 60, 80: 80, 300: 100} {
		longest := 0
		for line := range strings.Lines(c.help(width)) {
			longest = max(longest, len(line)-1)
		}
		if longest > most || longest < most-12 {
			t.Errorf("%d columns: lines of up to %d, want %d", width, longest, most)
		}
	}
}

// TestFlagUsages: what a flag does stands beside a short name, else below; switches
// that are on say how they are turned off.
func TestFlagUsages(t *testing.T) {
	flags := pflag.NewFlagSet("try", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.StringP("out", "o", "", "`folder` of the run")
	flags.String("precision", "float32", "of `float32|tf32|bf16`")
	flags.Bool("strict", true, "refuse what does not fit")
	flags.Bool("force", false, "replace what is there, whatever it is and whoever wrote it")
	flags.Int("samples", 64, "`number` of samples")
	flags.Int("threads", 0, "worker threads")
	flags.StringSlice("methods", nil, "`list` of methods")
	flags.Bool("completion", false, "of shells")
	if err := flags.MarkHidden("completion"); err != nil {
		t.Fatal(err)
	}
	want := `  -o, --out folder      folder of the run
      --precision float32|tf32|bf16
                        of float32|tf32|bf16 (default
                        "float32")
      --strict=false    refuse what does not fit (default
                        true)
      --force           replace what is there, whatever it
                        is and whoever wrote it
      --samples number  number of samples (default 64)
      --threads int     worker threads
      --methods list    list of methods
`
	if got := flagUsages(flags, 60); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
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
