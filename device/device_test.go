package device

import (
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/lower/hlo"
)

// Names that mean no device that there is are usage errors of one line.
func TestOpenRefuses(t *testing.T) {
	t.Setenv(envPlugin, "")
	for _, c := range []struct {
		name, precision, want string
	}{
		{"gpu", "", "want " + Names},
		{"cuda:x", "", "the number of a GPU"},
		{"cuda:-1", "", "the number of a GPU"},
		{"xla", "", envPlugin},
		{"xla:", "", envPlugin},
		{"cpu", "bf16", "computes in float32"},
		{"xla:/nowhere/plugin.so", "fp8", "want float32, tf32 or bf16"},
		{"xla:\x1b[2J", "", "--device"},
	} {
		d, err := Open(c.name, Options{Precision: c.precision})
		if d != nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %v, want a usage error with %q", c.name, err, c.want)
		}
	}
	for _, name := range []string{"", "cpu"} {
		if d, err := Open(name, Options{}); d != nil || err != nil {
			t.Errorf("%q: %v, %v", name, d, err)
		}
	}
}

func TestParsePrecision(t *testing.T) {
	for name, want := range map[string]hlo.Precision{"": hlo.Default, "tf32": hlo.Default, "float32": hlo.Exact, "bf16": hlo.Half} {
		if p, err := ParsePrecision(name); err != nil || p != want {
			t.Errorf("%q: %v, %v", name, p, err)
		}
	}
}
