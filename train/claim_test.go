package train

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/configs"
)

// killedEarly makes the folder of a run that was killed before its first
// checkpoint was complete.
func killedEarly(t *testing.T, c configs.Config) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	yaml, err := configs.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, CheckpointsDir, unfinished[0]), 0o755); err != nil {
		t.Fatal(err)
	}
	m, err := openMetrics(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.close(), home{dir: dir, yaml: string(yaml)}.writeConfig()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{lockFile, filepath.Join(CheckpointsDir, unfinished[0], "weights.npz"), filepath.Join(CheckpointsDir, ".tmp-latest"), filepath.Join(CheckpointsDir, "latest"), ".config.yaml.0123456789abcdef.condmean-tmp"} {
		put(t, filepath.Join(dir, name), "1\n")
	}
	return dir
}

func put(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tree returns the files of a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = string(b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// The command of a run that was killed before its first checkpoint works again.
func TestReclaim(t *testing.T) {
	c := tiny()
	dir, whole := killedEarly(t, c), filepath.Join(t.TempDir(), "whole")
	mustRun(t, c, Options{Out: whole})
	mustRun(t, c, Options{Out: dir})
	if !bytes.Equal(weightsOf(t, dir, "step-24"), weightsOf(t, whole, "step-24")) {
		t.Error("in the reclaimed folder the run ends elsewhere")
	}
	if d := cmp.Diff(readMetrics(t, whole), readMetrics(t, dir)); d != "" {
		t.Errorf("metrics (-want +got):\n%s", d)
	}
	if n := len(tree(t, dir)); n != len(tree(t, whole)) {
		t.Errorf("%d files, want %d", n, len(tree(t, whole)))
	}
}

// A folder that holds anything of worth is refused and stays as it is.
func TestReclaimTakesNothing(t *testing.T) {
	for name, content := range map[string]string{
		"notes.txt":                  "mine",
		ConfigFile:                   "name: tiny\n",
		jsonlFile:                    `{"step":1}` + "\n",
		csvFile:                      csvHead() + "1,",
		lockFile:                     "my own words",
		"events.out.tfevents.1.2":    "more than the version of an event file, by far, and still more of it",
		"samples/step-1.png":         "",
		"checkpoints/step-0/x":       "",
		"checkpoints/notes":          "",
		"nonfinite-step-1.npz":       "",
		".config.yaml.123":           "",
		"checkpoints/.tmp-step-1/w":  "",
		"report/eval.csv":            "",
		"train.lock.d/train.lock":    "",
		"metrics.jsonl.bak":          "",
		".config.yaml.condmean-tmp":  "",
		"checkpoints.old/.tmp-step0": "",
	} {
		dir := killedEarly(t, tiny())
		put(t, filepath.Join(dir, name), content)
		before := tree(t, dir)
		if _, err := Run(context.Background(), tiny(), Options{Out: dir}); !configs.IsUsage(err) {
			t.Errorf("%s: %v", name, err)
		}
		if name != lockFile {
			delete(before, filepath.Join(dir, lockFile))
		}
		if d := cmp.Diff(before, tree(t, dir)); d != "" {
			t.Errorf("%s: the folder has changed:\n%s", name, d)
		}
	}
}

// A run that fails before its first checkpoint leaves the folder as it was, for
// mended settings too.
func TestFailureLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	for name, change := range map[string]func(*configs.Config){
		"data":    func(c *configs.Config) { c.Data.Kind, c.Data.Dir = "npy", filepath.Join(dir, "none.npy") },
		"network": func(c *configs.Config) { c.Data.Dim = 9 },
	} {
		c := tiny()
		change(&c)
		if _, err := Run(context.Background(), c, Options{Out: dir}); err == nil {
			t.Fatalf("%s: no error", name)
		}
		if left := tree(t, dir); len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	mustRun(t, tiny(), Options{Out: dir})
}
