//go:build unix

package media

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/condmean/condmean/internal/regular"
)

// A named pipe is refused, not waited for; its name, whatever is in it, does not
// break the line.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.png")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); !errors.Is(err, regular.ErrKind) {
		t.Errorf("a named pipe: %v", err)
	}
	m := Media{Kind: Image}
	for _, name := range []string{"a\n\x1b[2J.txt", "a\n\x1b[2J.png/x.png"} {
		if err := m.CheckOutput(filepath.Join(t.TempDir(), name)); err == nil || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
