package checkpoint

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// Builtin weights are checkpoints that come with the program. A path that names
// nothing on disk may be the name of one; its folder is then "builtin:NAME".
// They hold averaged weights alone and cannot be resumed.
//
//go:embed builtin
var builtin embed.FS

const builtinPrefix = "builtin:"

// Builtins returns the names of the built-in checkpoints.
func Builtins() []string {
	entries, err := builtin.ReadDir("builtin")
	if err != nil {
		panic(err) // embedded
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// loadBuiltin reads a built-in checkpoint; the error is fs.ErrNotExist where the
// name is none.
func loadBuiltin(name string) (*Snapshot, string, error) {
	for _, n := range Builtins() {
		if n == name {
			s, err := ReadFS(readOnly{builtin}, path.Join("builtin", n))
			return s, builtinPrefix + n, err
		}
	}
	return nil, "", fs.ErrNotExist
}

// Load resolves path for inference and reads the checkpoint found, whose
// folder it returns too. What is on disk goes before built-in checkpoints. Its
// description is checked as in [Import]; weights that are not finite, or not those
// of the network that it describes, are refused.
func Load(path string) (*Snapshot, string, error) {
	dir, err := Resolve(path)
	if errors.Is(err, fs.ErrNotExist) {
		if s, dir, berr := loadBuiltin(strings.TrimPrefix(path, builtinPrefix)); !errors.Is(berr, fs.ErrNotExist) {
			return s, dir, berr
		}
		return nil, "", fmt.Errorf("%w; nor is it one of the built-in weights %s", err, strings.Join(Builtins(), ", "))
	}
	if err != nil {
		return nil, "", err
	}
	s, err := Read(dir)
	if err != nil {
		return nil, "", err
	}
	if err := s.Vet(); err != nil {
		return nil, "", fmt.Errorf("checkpoint: %s: %w", dir, err)
	}
	return s, dir, nil
}

// Hash returns the SHA-256 of the manifest of a checkpoint folder that Load
// returned; the manifest holds those of all other files.
func Hash(dir string) (string, error) {
	var fsys FS = OS{}
	if name, ok := strings.CutPrefix(dir, builtinPrefix); ok {
		fsys, dir = readOnly{builtin}, path.Join("builtin", name)
	}
	b, err := fsys.ReadFile(filepath.Join(dir, manifestFile), maxManifestBytes)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b)), nil
}

// readOnly makes an embedded file system an FS that refuses to write.
type readOnly struct{ embed.FS }

var _ FS = readOnly{}

// ReadFile implements FS.
func (f readOnly) ReadFile(name string, limit int64) ([]byte, error) {
	b, err := f.FS.ReadFile(name)
	if err == nil && int64(len(b)) > limit {
		return nil, fmt.Errorf("%s: %d bytes, more than the expected %d", name, len(b), limit)
	}
	return b, err
}

func refuse(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: fs.ErrPermission} }

// Mkdir refuses.
func (readOnly) Mkdir(dir string) error { return refuse("mkdir", dir) }

// Create refuses.
func (readOnly) Create(name string) (File, error) { return nil, refuse("create", name) }

// Rename refuses.
func (readOnly) Rename(oldName, _ string) error { return refuse("rename", oldName) }

// RemoveAll refuses.
func (readOnly) RemoveAll(name string) error { return refuse("remove", name) }

// SyncDir refuses.
func (readOnly) SyncDir(dir string) error { return refuse("sync", dir) }
