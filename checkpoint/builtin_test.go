package checkpoint

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// Built-in weights load by name, fit their networks, are small, and give way to
// what is on disk.
func TestBuiltins(t *testing.T) {
	const most = 8_000_000 // bytes
	commands := builtinCommands(t)
	t.Chdir(t.TempDir())
	if len(Builtins()) == 0 || len(commands) != len(Builtins()) {
		t.Fatalf("built in are %v; the README tells how to make %d", Builtins(), len(commands))
	}
	for _, name := range Builtins() {
		im, err := Import(name)
		if err != nil {
			t.Fatal(err)
		}
		if im.From != builtinPrefix+name || im.Config == nil || im.Sample == nil || im.Norm == nil || im.Step < 1 || im.EMA != nil {
			t.Errorf("%s: from %s, settings %v, sample %v, statistics %v, step %d", name, im.From, im.Config != nil, im.Sample, im.Norm, im.Step)
		}
		if file, ok := readBuiltin(name); !ok || len(file) > most {
			t.Errorf("%s: %d bytes, want at most %d", name, len(file), most)
		}
		if i := slices.IndexFunc(im.Weights, func(a weights.Array) bool { return a.DType != weights.Float16 && a.DType != weights.Int64 }); i >= 0 {
			t.Errorf("%s: tensor %s is of type %s", name, im.Weights[i].Name, im.Weights[i].DType)
		}
		state, _, err := model.Declare(im.Config.Model, im.Sample)
		if err != nil || len(state) != len(im.Weights) {
			t.Errorf("%s: %d tensors, its network has %d (%v)", name, len(im.Weights), len(state), err)
		}
		for _, d := range configs.Diff(commands[name], *im.Config) {
			if !ofTheMachine.MatchString(d.Key) {
				t.Errorf("%s: the README's command against the file: %v", name, d)
			}
		}
		if im.Config.Data.Dir != "" {
			t.Errorf("%s names the folder %s of some machine; train with CONDMEAN_DATA in place of --data", name, im.Config.Data.Dir)
		}
		hash, err := Hash(im.From)
		if err != nil || len(hash) != 64 {
			t.Errorf("%s: hash %q, %v", name, hash, err)
		}
		if again, err := Import(im.From); err != nil || again.Step != im.Step {
			t.Errorf("%s: %v", im.From, err)
		}
		if err := os.Mkdir(name, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := Import(name); err == nil || !strings.Contains(err.Error(), "holds no checkpoint") {
			t.Errorf("an empty folder of the same name: %v", err)
		}
	}
	if _, err := Import("gm64"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "built-in weights "+strings.Join(Builtins(), ", ")+"; did you mean gmm64?") {
		t.Errorf("error %v", err)
	}
	if _, err := Hash(builtinPrefix + "gm64"); err == nil {
		t.Error("what is not built in has a hash")
	}
}

// ofTheMachine are settings that do not change what is trained.
var ofTheMachine = regexp.MustCompile(`^(name|threads|data\.dir|data\.workers|checkpoint\..*|eval\..*|train\.log_every)$`)

// builtinCommands are the settings of the commands that made the built-in weights,
// by name.
func builtinCommands(t *testing.T) map[string]configs.Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("builtin", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]configs.Config{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| `train --config (\\S+)([^`]*)` \\|$").FindAllStringSubmatch(string(text), -1) {
		cfg, err := configs.Load(row[2])
		if err == nil {
			err = configs.Set(&cfg, strings.Fields(strings.ReplaceAll(row[3], "--set ", ""))...)
		}
		if err != nil {
			t.Fatal(err)
		}
		commands[row[1]] = cfg
	}
	return commands
}

// Nothing but a name is one.
func TestBuiltinNames(t *testing.T) {
	for _, name := range []string{"", "builtin:", "../builtin_test", "gmm64.safetensors", "README", "builtin:builtin:gmm64"} {
		if _, ok := readBuiltin(name); ok {
			t.Errorf("%q is built in", name)
		}
	}
}
