//go:build xla && (linux || darwin)

package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/lower/hlo"
)

// The plugin of the common package is found in an environment, the newest of
// several; without one the message says how to get it.
func TestFindCUDA(t *testing.T) {
	t.Setenv(envPlugin, "")
	root := t.TempDir()
	t.Setenv("VIRTUAL_ENV", root)
	put := func(name string) string {
		dir := filepath.Join(root, "lib", "python3.12", "site-packages", "jax_plugins", name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "xla_cuda_plugin.so")
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	put("xla_cuda12")
	want := put("xla_cuda13")
	if got, err := findCUDA(); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	beside := filepath.Join(root, "lib", "python3.12", "site-packages", "nvidia", "cu13")
	if err := os.MkdirAll(beside, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := cudaData(want); got != beside {
		t.Errorf("CUDA's files are in %q, want %s", got, beside)
	}
	if _, err := Open("cuda", Options{}); !configs.IsUsage(err) || !strings.Contains(err.Error(), "no PJRT plugin") {
		t.Errorf("an empty plugin: %v", err)
	}
	t.Setenv(envPlugin, want+".other")
	if got, err := findCUDA(); err != nil || got != want+".other" {
		t.Errorf("%s, %v: %s does not come first", got, err, envPlugin)
	}
}

// A module is compiled once: then the cache has it, and a damaged file is compiled
// again. Products of bfloat16 lose what they should, and float32 does not.
func TestCacheAndPrecision(t *testing.T) {
	if os.Getenv(envPlugin) == "" {
		t.Skip("CONDMEAN_PJRT names no plugin")
	}
	dir := t.TempDir()
	t.Setenv(envCache, dir)
	product := func(precision string) float32 {
		d, err := Open("xla", Options{Precision: precision})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}()
		m := hlo.New()
		m.Precision = d.Precision()
		x := m.Arg(hlo.F32, 1, 2)
		e, err := d.Compile(t.Context(), "a test", m.Text(m.MatMul(x, x, 1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		b, err := d.Upload([]float32{1, 1 + 1.0/1024}, 1, 2)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		out, err := e.Run([]Buffer{b})
		if err != nil {
			t.Fatal(err)
		}
		defer out[0].Close()
		var y [1]float32
		if err := out[0].Download(y[:]); err != nil {
			t.Fatal(err)
		}
		return y[0]
	}
	exact := float32(1 + (1+1.0/1024)*(1+1.0/1024))
	for precision, want := range map[string]float32{"float32": exact, "": exact, "bf16": 2} {
		for range 2 { // compiled, then from the cache
			if y := product(precision); y != want {
				t.Errorf("precision %q: %v, want %v", precision, y, want)
			}
		}
	}
	if _, err := Open("xla", Options{Precision: "tf32"}); !configs.IsUsage(err) {
		t.Errorf("tf32 on a CPU: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 3 {
		t.Skipf("%d files in the cache, %v: the plugin does not serialize", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text[len(text)/2] ^= 1
		if err := os.WriteFile(f, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if y := product("float32"); y != exact {
		t.Errorf("with a damaged cache: %v, want %v", y, exact)
	}
}
