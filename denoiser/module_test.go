package denoiser

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the folder of the module.
const root = ".."

// TestExampleModule builds and runs a program in a module of its own, as a user's
// is.
func TestExampleModule(t *testing.T) {
	if testing.Short() {
		t.Skip("links a program")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "example"))); err != nil {
		t.Fatal(err)
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	// What it needs beside this module is what this module needs.
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "mod", "edit", "-replace=github.com/condmean/condmean="+abs)
	run(t, dir, "go", "build", "-mod=mod", "-o", "example.exe", ".")
	got := run(t, dir, filepath.Join(dir, "example.exe"))
	if want := "2 samples of shape [1 64] with 40 network calls\n"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// TestDependencies: a program that denoises does not link what only reports and
// terminals need.
func TestDependencies(t *testing.T) {
	deps := strings.Fields(run(t, ".", "go", "list", "-deps", "."))
	if len(deps) < 100 {
		t.Fatalf("only %d packages", len(deps))
	}
	others := 0
	for _, p := range deps {
		if strings.Contains(p, ".") && !strings.HasPrefix(p, "vendor/") { // not the standard library's
			others++
		}
		for _, not := range []string{"gonum.org/v1/plot", "html/template", "golang.org/x/term", "github.com/vbauerster/mpb", "github.com/spf13/pflag",
			"github.com/condmean/condmean/eval", "github.com/condmean/condmean/train", "github.com/condmean/condmean/internal/cli", "github.com/condmean/condmean/internal/progress"} {
			if p == not || strings.HasPrefix(p, not+"/") {
				t.Errorf("denoiser imports %s", p)
			}
		}
	}
	const most = 135 // some 25 of this module, the rest of gorgonia, tensor and gonum
	if others > most {
		t.Errorf("denoiser imports %d packages beside the standard library's, want at most %d", others, most)
	}
	t.Logf("%d packages beside the standard library's", others)
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}
