//go:build unix

package atomicfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A new file has the permissions that the umask leaves; one that replaces
// another has the other's, whatever the umask is.
func TestPermissions(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	for _, tt := range []struct {
		umask     int
		old, want fs.FileMode // old 0: none
	}{{0o022, 0, 0o644}, {0o077, 0, 0o600}, {0o002, 0, 0o664}, {0, 0, 0o666}, {0o077, 0o644, 0o644}, {0o022, 0o600, 0o600}, {0o022, 0o666, 0o666}} {
		name := filepath.Join(t.TempDir(), "file")
		if tt.old != 0 {
			if err := errors.Join(os.WriteFile(name, nil, 0o600), os.Chmod(name, tt.old)); err != nil {
				t.Fatal(err)
			}
		}
		syscall.Umask(tt.umask)
		if err := Write(name, []byte("x")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != tt.want {
			t.Errorf("umask %03o over %03o: %03o, want %03o", tt.umask, tt.old, got, tt.want)
		}
	}
}

// Write replaces the file that a link leads to, though it is not there yet;
// WriteOwn replaces the link.
func TestLinks(t *testing.T) {
	for _, there := range []bool{true, false} {
		dir := t.TempDir()
		target := filepath.Join(dir, "sub", "target")
		link, chain := filepath.Join(dir, "link"), filepath.Join(dir, "chain")
		if err := errors.Join(os.Mkdir(filepath.Dir(target), 0o755), os.Symlink(filepath.Join("sub", "target"), link), os.Symlink(link, chain)); err != nil {
			t.Fatal(err)
		}
		if there {
			if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := Write(chain, []byte("new")); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(target); err != nil || string(b) != "new" {
			t.Errorf("target there: %v: it holds %q, %v", there, b, err)
		}
		if info, err := os.Lstat(chain); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("the link is %v, %v", info, err)
		}
		if err := WriteOwn(link, []byte("own")); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(link); err != nil || !info.Mode().IsRegular() {
			t.Errorf("after WriteOwn the link is %v, %v", info, err)
		}
		if b, err := os.ReadFile(target); err != nil || string(b) != "new" {
			t.Errorf("WriteOwn changed the target: %q, %v", b, err)
		}
	}
}

// Check says what WriteFunc would, and both name the file that was asked for.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.Mkdir(at("folder"), 0o755), os.WriteFile(at("file"), []byte("old"), 0o600), syscall.Mkfifo(at("fifo"), 0o600),
		os.Symlink("loop", at("loop")), os.Symlink(at("folder"), at("tofolder"))); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		at("folder"):                 "is a directory",
		at("tofolder"):               "is a directory",
		at("missing/file"):           "no such file or directory",
		at("file/below"):             "not a directory",
		at("fifo"):                   "not a regular file",
		at("loop"):                   "too many levels of symbolic links",
		at(strings.Repeat("n", 256)): "file name too long",
		"/dev/full":                  "not a regular file",
		"/proc/condmean":             "",
	} {
		for what, err := range map[string]error{"Check": Check(name), "Write": Write(name, []byte("x"))} {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), suffix) {
				t.Errorf("%s of %s: %v, want %q", what, name, err, want)
			}
		}
	}
	if err := errors.Join(Check(at("file")), Check(at("new"))); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(at("file")); err != nil || string(b) != "old" {
		t.Errorf("Check changed the file: %q, %v", b, err)
	}
	if n := len(list(t, dir)); n != 5 {
		t.Errorf("left behind: %v", list(t, dir))
	}
}

// Names may be as long as the file system has them.
func TestLongNames(t *testing.T) {
	dir := t.TempDir()
	for n := 225; n <= longestName; n++ {
		name := filepath.Join(dir, strings.Repeat("n", n-4)+".npy")
		if err := errors.Join(Check(name), Write(name, []byte("x"))); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if base := filepath.Base(temporaryName(name)); len(base) > longestName || !ours.MatchString(base) {
			t.Errorf("%d bytes: temporary name %s", n, base)
		}
	}
}

// What a killed writer left is removed by the next one, what another one is
// writing and files of others stay.
func TestSweep(t *testing.T) {
	if dir := os.Getenv("ATOMICFILE_TEST_DIR"); dir != "" { // the writer to be killed
		err := WriteFunc(filepath.Join(dir, "file"), func(w io.Writer) error {
			if _, err := w.Write([]byte("half")); err != nil {
				return err
			}
			time.Sleep(time.Minute)
			return nil
		})
		t.Fatal("not killed", err)
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSweep$")
	cmd.Env = append(os.Environ(), "ATOMICFILE_TEST_DIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); len(list(t, dir)) == 0; time.Sleep(time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("the writer did not begin")
		}
	}
	foreign := []string{".file.123", ".file.0123456789abcdef.tmp", "file.0123456789abcdef" + suffix}
	for _, name := range foreign {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(filepath.Join(dir, "other"), []byte("x")); err != nil {
		t.Fatal(err)
	}
	if got := list(t, dir); len(got) != len(foreign)+2 {
		t.Errorf("beside a writer at work: %v", got)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if err := Write(filepath.Join(dir, "other"), []byte("x")); err != nil {
		t.Fatal(err)
	}
	if got := list(t, dir); len(got) != len(foreign)+1 {
		t.Errorf("after the writer was killed: %v", got)
	}
}

// An error of the writing itself names the file, and leaves it as it was.
func TestWriteError(t *testing.T) {
	if name := os.Getenv("ATOMICFILE_TEST_FILE"); name != "" { // the process without room
		room := syscall.Rlimit{Cur: 1000, Max: 1000} // bytes a file
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
			t.Skip(err)
		}
		err := WriteFunc(name, func(w io.Writer) error {
			_, err := w.Write(bytes.Repeat([]byte("x"), 5000))
			return fmt.Errorf("wrapped: %w", err) // which settles the text
		})
		if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), suffix) {
			t.Fatalf("error %v", err)
		}
		return
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestWriteError$")
	cmd.Env = append(os.Environ(), "ATOMICFILE_TEST_FILE="+name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if b, err := os.ReadFile(name); err != nil || string(b) != "old" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	if got := list(t, filepath.Dir(name)); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

func list(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
