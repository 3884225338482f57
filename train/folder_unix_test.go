//go:build unix

package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/configs"
)

// A disk that is full before the first checkpoint leaves a folder in which the
// run can be started again.
func TestNoRoomForFirstCheckpoint(t *testing.T) {
	const variable = "TRAIN_TEST_NO_ROOM"
	if dir := os.Getenv(variable); dir != "" { // the process without room
		room := syscall.Rlimit{Cur: 10_000, Max: 10_000} // bytes a file: the configuration fits, the weights do not
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
			t.Skip(err)
		}
		if _, err := Run(context.Background(), tiny(), Options{Out: dir}); !errors.Is(err, syscall.EFBIG) || configs.IsUsage(err) {
			t.Fatalf("error %v", err)
		}
		return
	}
	dir := filepath.Join(t.TempDir(), "run")
	cmd := exec.Command(os.Args[0], "-test.run=^TestNoRoomForFirstCheckpoint$")
	cmd.Env = append(os.Environ(), variable+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if left := tree(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	mustRun(t, tiny(), Options{Out: dir})
}

// at does something once a line of progress says that a step is done.
type at struct {
	step string
	do   func() error
	err  error
	done bool
}

func (a *at) Write(b []byte) (int, error) {
	if strings.Contains(string(b), a.step) && !a.done {
		a.done = true
		a.err = a.do()
	}
	return len(b), nil
}

// A run whose folder is deleted or moved away makes it anew, with all that
// resuming needs, and ends where it would have.
func TestFolderTakenAway(t *testing.T) {
	c := tiny()
	c.Train.LogEvery, c.Checkpoint.EverySteps = 1, 5
	whole := filepath.Join(t.TempDir(), "whole")
	mustRun(t, c, Options{Out: whole})
	for name, take := range map[string]func(dir string) error{
		"deleted":   os.RemoveAll,
		"moved":     func(dir string) error { return os.Rename(dir, dir+"-moved") },
		"lock only": func(dir string) error { return os.Remove(filepath.Join(dir, lockFile)) },
	} {
		for _, step := range []string{"step 9/", "step 23/", "step 24/"} {
			dir := filepath.Join(t.TempDir(), "run")
			taken := &at{step: step, do: func() error { return take(dir) }}
			r := mustRun(t, c, Options{Out: dir, Err: taken})
			if taken.err != nil || !taken.done {
				t.Fatalf("%s: %v", name, taken.err)
			}
			if r.Steps != 24 {
				t.Errorf("%s at %s: %+v", name, step, r)
			}
			for _, file := range []string{"weights.npz", "ema.npz", "optimizer.npz"} {
				latest := filepath.Join(CheckpointsDir, "step-24", file)
				if read(t, filepath.Join(dir, latest)) != read(t, filepath.Join(whole, latest)) {
					t.Errorf("%s at %s: %s differs", name, step, file)
				}
			}
			if d := cmp.Diff(readMetrics(t, whole), readMetrics(t, dir)); d != "" {
				t.Errorf("%s at %s: metrics (-want +got):\n%s", name, step, d)
			}
			if _, err := os.Lstat(filepath.Join(dir, lockFile)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s at %s: the lock stays: %v", name, step, err)
			}
			more, err := configs.Load(filepath.Join(dir, ConfigFile))
			if err != nil {
				t.Fatal(err)
			}
			more.Train.Steps = 26
			mustRun(t, more, Options{Resume: dir})
		}
	}
}

// A folder that another run has taken is left to it.
func TestFolderTakenOver(t *testing.T) {
	other := filepath.Join(t.TempDir(), "other")
	mustRun(t, tiny(), Options{Out: other})
	want := tree(t, other)
	dir := filepath.Join(t.TempDir(), "run")
	taken := &at{step: "step 8/", do: func() error {
		return errors.Join(os.Rename(dir, dir+"-moved"), os.Rename(other, dir))
	}}
	_, err := Run(context.Background(), tiny(), Options{Out: dir, Err: taken})
	if taken.err != nil || err == nil || !strings.Contains(err.Error(), "holds another run now") {
		t.Errorf("error %v, %v", err, taken.err)
	}
	if err := os.Rename(dir, other); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, tree(t, other)); d != "" {
		t.Errorf("the other run has changed:\n%s", d)
	}
	if r := mustRun(t, tiny(), Options{Resume: dir + "-moved"}); r.Steps != 24 {
		t.Errorf("the moved run: %+v", r)
	}
}

// A folder that one received may hold links and pipes under the names that a run
// writes to. They are refused, and what they lead to stays as it is.
func TestResumeRefusesForeignFiles(t *testing.T) {
	received := filepath.Join(t.TempDir(), "received")
	mustRun(t, tiny(), Options{Out: received})
	more := tiny()
	more.Train.Steps = 26
	for _, name := range []string{lockFile, ConfigFile, jsonlFile, csvFile, CheckpointsDir, SamplesDir, reportDir} {
		for kind, make := range map[string]func(path, victim string) error{
			"link":          func(path, victim string) error { return os.Symlink(victim, path) },
			"dangling link": func(path, victim string) error { return os.Symlink(victim+"-new", path) },
			"pipe":          func(path, _ string) error { return syscall.Mkfifo(path, 0o600) },
		} {
			dir := filepath.Join(t.TempDir(), "run")
			if err := os.CopyFS(dir, os.DirFS(received)); err != nil {
				t.Fatal(err)
			}
			path, victim := filepath.Join(dir, name), filepath.Join(t.TempDir(), "victim")
			put(t, victim, "precious")
			if name == CheckpointsDir || name == SamplesDir || name == reportDir {
				victim = t.TempDir()
			}
			if err := errors.Join(os.RemoveAll(path), make(path, victim)); err != nil {
				t.Fatal(err)
			}
			_, err := Run(context.Background(), more, Options{Resume: dir})
			if !configs.IsUsage(err) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s for %s: %v", kind, name, err)
			}
			if _, err := os.Lstat(victim + "-new"); err == nil {
				t.Errorf("%s for %s: a file was made outside of the folder", kind, name)
			}
			if info, err := os.Stat(victim); err != nil || !info.IsDir() && read(t, victim) != "precious" {
				t.Errorf("%s for %s: the victim has changed: %v", kind, name, err)
			}
		}
	}
	// Elsewhere links are replaced, not followed.
	victim := filepath.Join(t.TempDir(), "victim")
	put(t, victim, "precious")
	kept := filepath.Join(received, "nonfinite-step-25.npz")
	if err := os.Symlink(victim, kept); err != nil {
		t.Fatal(err)
	}
	more.Train.OnNonFinite = "stop"
	r := startRun(t, tiny(), t.TempDir(), nil)
	r.folder.dir = received
	const n = 16
	name, err := r.keepBatch(&NonFiniteError{Step: 25, Samples: make([]int, n), fed: fed{in: newExample(n, 8)}})
	if err != nil || name != kept {
		t.Fatalf("%s, %v", name, err)
	}
	if info, err := os.Lstat(kept); err != nil || !info.Mode().IsRegular() || read(t, victim) != "precious" {
		t.Errorf("the batch was written through a link: %v, %v", info, err)
	}
}

// The lines of a file without an end are not read into memory.
func TestLongLine(t *testing.T) {
	dir := t.TempDir()
	first := `{"step":1,"seconds":2}` + "\n"
	put(t, filepath.Join(dir, jsonlFile), first+string(bytes.Repeat([]byte(" "), 3*longestLine))+`{"step":2}`+"\n")
	m, err := openMetrics(dir, 5)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(dir, jsonlFile)); got != first || m.seconds != 2 {
		t.Errorf("%d bytes are left, %v s of training", len(got), m.seconds)
	}
}
