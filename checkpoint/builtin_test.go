package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// Built-in weights load by name, fit their networks, and give way to folders of
// the same name.
func TestBuiltins(t *testing.T) {
	t.Chdir(t.TempDir())
	if len(Builtins()) == 0 {
		t.Fatal("none")
	}
	for _, name := range Builtins() {
		s, dir, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if dir != builtinPrefix+name || s.Norm == nil {
			t.Errorf("%s: folder %s, statistics %v", name, dir, s.Norm)
		}
		if hash, err := Hash(dir); err != nil || len(hash) != 64 {
			t.Errorf("%s: hash %q, %v", name, hash, err)
		}
		c, err := configs.Parse(dir, []byte(s.Config))
		if err != nil {
			t.Fatal(err)
		}
		state, _, err := model.Declare(c.Model, s.Sample)
		if err != nil || len(state) != len(s.Weights) {
			t.Errorf("%s: %d tensors, its network has %d (%v)", name, len(s.Weights), len(state), err)
		}
		if again, _, err := Load(dir); err != nil || again.Step != s.Step {
			t.Errorf("%s: %v", dir, err)
		}
		if err := os.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(name); err == nil || !strings.Contains(err.Error(), "holds no checkpoint") {
			t.Errorf("an empty folder of the same name: %v", err)
		}
	}
	if _, _, err := Load("gm64"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "built-in weights gmm64") {
		t.Errorf("error %v", err)
	}
	if err := WriteFS(readOnly{builtin}, filepath.Join("builtin", "x"), sample(1)); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("writing into the program: %v", err)
	}
}
