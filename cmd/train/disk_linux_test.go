package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/internal/cli"
)

// A disk that fills up ends a run with a line that says so, one that is
// read-only refuses it; the last good checkpoint is unharmed, and with more
// room the run goes on to bitwise the same end. The disk is a small tmpfs, for
// which the test needs to be allowed to mount one.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	mount := func(flags uintptr, kB int) error {
		return syscall.Mount("tmpfs", disk, "tmpfs", flags, fmt.Sprintf("size=%dk", kB))
	}
	if err := mount(0, 4000); errors.Is(err, os.ErrPermission) {
		t.Skip("mounting a tmpfs is not permitted")
	} else if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	whole := &victim{dir: filepath.Join(dir, "whole")}
	if code := whole.end(t, whole.start(t)); code != 0 {
		t.Fatalf("the uninterrupted run: exit code %d", code)
	}

	full := &victim{dir: filepath.Join(disk, "run")}
	cmd := full.start(t, "--set=checkpoint.keep=0")
	code := full.end(t, cmd)
	if last := lastLine(cmd.Stderr); code != cli.ExitFailed || !strings.Contains(last, "no space left on device") {
		t.Fatalf("exit code %d, last line %q", code, last)
	}
	if full.step == 0 || full.step >= killedSteps {
		t.Fatalf("the disk was full at step %d", full.step)
	}
	t.Logf("full at step %d", full.step)

	if err := mount(syscall.MS_REMOUNT|syscall.MS_RDONLY, 4000); err != nil {
		t.Fatal(err)
	}
	cmd = full.start(t)
	code = full.end(t, cmd)
	if last := lastLine(cmd.Stderr); code != cli.ExitFailed || !strings.Contains(last, "read-only file system") {
		t.Errorf("on a read-only disk: exit code %d, last line %q", code, last)
	}
	if _, err := checkpoint.ResolveLatest(full.dir); err != nil {
		t.Error(err)
	}

	if err := mount(syscall.MS_REMOUNT, 20_000); err != nil {
		t.Fatal(err)
	}
	cmd = full.start(t)
	if code := full.end(t, cmd); code != 0 {
		t.Fatalf("with room again: exit code %d\n%s", code, cmd.Stderr)
	}
	assertSameRun(t, whole.dir, full.dir)
}

func lastLine(text any) string {
	lines := strings.Split(strings.TrimSpace(fmt.Sprint(text)), "\n")
	return lines[len(lines)-1]
}
