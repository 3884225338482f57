package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestTry: one of two who open a file has its lock, until it is closed.
func TestTry(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		t.Helper()
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first, second := open(), open()
	held, err := Try(first)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this system has no locks")
	}
	if err != nil || !held {
		t.Fatalf("the first: %t, %v", held, err)
	}
	if held, err := Try(second); err != nil || held {
		t.Errorf("the second: %t, %v", held, err)
	}
	if _, err := second.WriteString("others may write"); err != nil {
		t.Error(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if held, err := Try(second); err != nil || !held {
		t.Errorf("after the first: %t, %v", held, err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
}
