//go:build unix

package data

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/condmean/condmean/configs"
)

// Pipes and devices are refused at once, wherever a file can be named.
func TestOtherKindsOfFiles(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "pipe.npz")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fifo, "/dev/zero"} {
		for name, change := range map[string]func(*configs.Data){
			"npy":     func(c *configs.Data) { c.Kind, c.Dir = "npy", path },
			"folder":  func(c *configs.Data) { c.Kind, c.Dir = "folder", path },
			"audio":   func(c *configs.Data) { c.Kind, c.Dir = "audio", path },
			"mixture": func(c *configs.Data) { c.Mixture = path },
			"fit":     func(c *configs.Data) { c.Fit, c.Dir, c.Mixture = "mnist", "testdata", path },
		} {
			c := configs.Default().Data
			change(&c)
			done := make(chan error, 1)
			go func() {
				_, err := Open(context.Background(), c, 1)
				done <- err
			}()
			select {
			case err := <-done:
				if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
					t.Errorf("%s %s: error %v", name, path, err)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("%s: %s is waited for", name, path)
			}
		}
	}
}
