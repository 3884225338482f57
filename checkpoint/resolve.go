package checkpoint

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/internal/foreign"
)

// checkpointsDir is the folder inside a run folder.
const checkpointsDir = "checkpoints"

// Resolve returns the checkpoint folder that a user's path means for
// inference: the path itself if it is one, otherwise the best, else the latest
// checkpoint of the run folder (or of its checkpoints folder). The checkpoint
// is not read yet.
func Resolve(path string) (string, error) {
	return resolvePath(path, (*Run).Best, "a run folder, a checkpoint folder ("+manifestFile+"), a folder of diffusers (config.json or model_index.json), a run folder of the paper's code (sim_params.json), "+
		"a weight file (.safetensors, .npz, .pt), or built-in weights ("+strings.Join(Builtins(), ", ")+")")
}

// ResolveLatest is Resolve for continuing a run: the latest checkpoint goes
// before the best.
func ResolveLatest(path string) (string, error) {
	return resolvePath(path, (*Run).Latest, "a run folder or a checkpoint folder ("+manifestFile+")")
}

// resolvePath picks a checkpoint of what path names; wanted is what it may name.
func resolvePath(path string, pick func(*Run) (string, error), wanted string) (string, error) {
	fsys := OS{}
	entries, err := fsys.ReadDir(path)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	path = filepath.Clean(path)
	if _, ok := stepOf(filepath.Base(path)); ok {
		return path, nil // even if its manifest is lost: Read will say so
	}
	run := &Run{Dir: path, FS: fsys}
	for _, e := range entries {
		if e.Name() == manifestFile {
			return path, nil
		}
		if e.Name() == checkpointsDir && e.IsDir() {
			run.Dir = filepath.Join(path, checkpointsDir)
		}
	}
	dirs, err := run.dirs()
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	switch {
	case len(dirs) == 0 && run.Dir != path:
		return "", fmt.Errorf("checkpoint: %s holds no checkpoint: the run has saved none so far", path)
	case len(dirs) == 0:
		return "", fmt.Errorf("checkpoint: %s holds no checkpoint%s; give %s", path, meant(path, entries), wanted)
	}
	return pick(run)
}

// meant names what in a folder might be meant in its place: runs, checkpoints and files
// of weights. "" if there are none.
func meant(folder string, entries []fs.DirEntry) string {
	var names []string
	for _, e := range entries {
		name := filepath.Join(folder, e.Name())
		inside, err := OS{}.ReadDir(name) // not of files, nor of what may not be read
		holds := func(what string) bool {
			return slices.ContainsFunc(inside, func(e fs.DirEntry) bool { return e.Name() == what })
		}
		if err == nil && (holds(checkpointsDir) || holds(manifestFile)) || err != nil && weights.Known(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ", but there is " + foreign.Names(names)
}
