package regular

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a clone without Git LFS has in the place of a large file is named; what
// only begins like it, or is short, is read.
func TestPointer(t *testing.T) {
	name := filepath.Join(t.TempDir(), "w.safetensors")
	text := "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 33872\n"
	for content, pointer := range map[string]bool{text: true, text + strings.Repeat("x", maxPointer): false, "version https://git": false, "": false} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := ReadFile(name, 1<<20)
		if pointer && (!errors.Is(err, ErrPointer) || !strings.Contains(err.Error(), name)) {
			t.Errorf("%.40q: error %v", content, err)
		}
		if !pointer && (err != nil || string(b) != content) {
			t.Errorf("%.40q: read %.40q, %v", content, b, err)
		}
	}
}
