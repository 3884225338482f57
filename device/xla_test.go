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
	if err := os.MkdirAll(filepath.Join(beside, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := cudaData(want); got != "" { // PyTorch's packages bring libraries alone
		t.Errorf("CUDA's files are in %q, want none: there is no assembler", got)
	}
	if err := os.WriteFile(filepath.Join(beside, "bin", "ptxas"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := cudaData(want); got != beside {
		t.Errorf("CUDA's files are in %q, want %s", got, beside)
	}
	if _, err := Open("cuda", Options{}); !configs.IsUsage(err) || !strings.Contains(err.Error(), "no PJRT plugin") {
		t.Errorf("an empty plugin: %v", err)
	}
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", "")
	bin := filepath.Join(root, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "python3"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if got, err := findCUDA(); err != nil || got != want {
		t.Errorf("beside the python3 on the PATH: %s, %v, want %s", got, err, want)
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
	const side = 128 // smaller ones are no products any more where XLA has seen them
	onCPU := false
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
		onCPU = d.(*xla).onCPU()
		m := hlo.New()
		m.Precision = d.Precision()
		x := m.Arg(hlo.F32, side, side)
		e, err := d.Compile(t.Context(), "a test", m.Text(m.MatMul(x, x, 1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		matrix := make([]float32, side*side)
		matrix[0], matrix[1] = 1, 1+1.0/1024
		b, err := d.Upload(matrix, side, side)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		out, err := e.Run([]Buffer{b})
		if err != nil {
			t.Fatal(err)
		}
		defer out[0].Close()
		var y [side * side]float32
		if err := out[0].Download(y[:]); err != nil {
			t.Fatal(err)
		}
		return y[0]
	}
	exact := float32(1 + (1+1.0/1024)*(1+1.0/1024)) // in TF32 as well
	for precision, want := range map[string]float32{"float32": exact, "": exact, "bf16": 2} {
		for range 2 { // compiled, then from the cache
			if y := product(precision); y != want {
				t.Errorf("precision %q: %v, want %v", precision, y, want)
			}
		}
	}
	if onCPU {
		if _, err := Open("xla", Options{Precision: "tf32"}); !configs.IsUsage(err) {
			t.Errorf("tf32 on a CPU: %v", err)
		}
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
