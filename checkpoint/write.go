package checkpoint

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/condmean/condmean/checkpoint/weights"
)

const (
	tmpPrefix = ".tmp-" // being written or being removed; never read
	oldPrefix = ".old-" // complete; set aside while its successor takes its name
)

// Write saves s as the checkpoint folder dir, for example
// "run/checkpoints/step-2000", and creates the folders above it. A checkpoint
// that is there already is replaced, and kept if anything goes wrong.
func Write(dir string, s *Snapshot) error { return WriteFS(OS{}, dir, s) }

// WriteFS is Write on the given file system.
func WriteFS(fsys FS, dir string, s *Snapshot) error {
	if err := writeFS(fsys, filepath.Clean(dir), s, func() error { return nil }); err != nil {
		return notSaved(dir, err)
	}
	return nil
}

func notSaved(dir string, err error) error {
	return fmt.Errorf("checkpoint: %s is not saved: %w", dir, err)
}

// writeFS saves s, and calls ready once all but the folder's name is there.
func writeFS(fsys FS, dir string, s *Snapshot, ready func() error) error {
	if err := s.check(); err != nil {
		return err
	}
	return replaceFolder(fsys, dir, func(tmp string) error {
		if err := writeFiles(fsys, tmp, s); err != nil {
			return err
		}
		return ready()
	})
}

// replaceFolder gives a folder the files that fill writes into an empty one, and
// syncs, all or none of them.
func replaceFolder(fsys FS, dir string, fill func(tmp string) error) (err error) {
	parent, base := filepath.Dir(dir), filepath.Base(dir)
	if err := makeFolder(fsys, parent); err != nil {
		return err
	}
	tmp := filepath.Join(parent, tmpPrefix+base)
	if err := fsys.RemoveAll(tmp); err != nil {
		return err
	}
	if err := fsys.Mkdir(tmp); err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		if rerr := fsys.RemoveAll(tmp); rerr != nil {
			err = fmt.Errorf("%w (nor can its temporary folder be removed: %v)", err, rerr)
		}
	}()
	if err := fill(tmp); err != nil {
		return err
	}
	if err := fsys.SyncDir(tmp); err != nil {
		return err
	}
	return install(fsys, tmp, dir)
}

// makeFolder creates a folder and those above it as far as they are missing,
// durably.
func makeFolder(fsys FS, dir string) error {
	if there, err := exists(fsys, dir); err != nil || there {
		return err
	}
	parent := filepath.Dir(dir)
	if parent == dir {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: fs.ErrNotExist}
	}
	if err := makeFolder(fsys, parent); err != nil {
		return err
	}
	if err := fsys.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return fsys.SyncDir(parent)
}

// writeFiles writes all files of a checkpoint into an empty folder, the
// manifest last.
func writeFiles(fsys FS, dir string, s *Snapshot) error {
	m := &Manifest{
		Format: formatName, Version: Version, Program: s.Program,
		Step: s.Step, Counters: s.Counters, Config: s.Config, Sample: s.Sample, Data: s.Data, Origin: s.Origin,
		Recommended: s.Recommended,
	}
	put := func(name string, shapes map[string][]int, fill func(io.Writer) error) error {
		part, err := writeFile(fsys, filepath.Join(dir, name), fill)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		part.Name, part.Tensors = name, shapes
		m.Files = append(m.Files, part)
		return nil
	}
	putArrays := func(name string, arrays []weights.Array) error {
		if len(arrays) == 0 {
			return nil
		}
		shapes := make(map[string][]int, len(arrays))
		for _, a := range arrays {
			shapes[a.Name] = append([]int{}, a.Shape...)
		}
		return put(name, shapes, func(w io.Writer) error { return weights.WriteNPZ(w, arrays) })
	}
	var norm []weights.Array
	for _, name := range slices.Sorted(maps.Keys(s.Norm)) {
		norm = append(norm, weights.FromFloat64(name, []int{len(s.Norm[name])}, s.Norm[name]))
		m.Normalization = normFile
	}
	for _, f := range []struct {
		name   string
		arrays []weights.Array
	}{
		{weightsFile, Arrays(s.Weights)},
		{emaFile, Arrays(s.EMA)},
		{adaptersFile, Arrays(s.Adapters)},
		{optimizerFile, Arrays(s.Optimizer)},
		{normFile, norm},
	} {
		if err := putArrays(f.name, f.arrays); err != nil {
			return err
		}
	}
	if len(s.State) > 0 {
		state, err := encodeState(s.State)
		if err != nil {
			return err
		}
		if err := put(stateFile, nil, writeBytes(state)); err != nil {
			return err
		}
	}
	b, err := m.encode()
	if err != nil {
		return err
	}
	return put(manifestFile, nil, writeBytes(b))
}

// writeFile creates a file, fills, syncs and closes it, and returns its size
// and checksum.
func writeFile(fsys FS, name string, fill func(io.Writer) error) (part Part, err error) {
	f, err := fsys.Create(name)
	if err != nil {
		return Part{}, err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	sum := sha256.New()
	size := new(counter)
	buf := bufio.NewWriterSize(io.MultiWriter(f, sum, size), 1<<16)
	if err := fill(buf); err != nil {
		return Part{}, err
	}
	if err := buf.Flush(); err != nil {
		return Part{}, err
	}
	if err := f.Sync(); err != nil {
		return Part{}, err
	}
	return Part{Size: int64(*size), SHA256: fmt.Sprintf("%x", sum.Sum(nil))}, nil
}

// counter counts the bytes written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func writeBytes(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

func encodeState(state map[string]json.RawMessage) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(state)
	return buf.Bytes(), err
}

// install gives the complete folder tmp its final name dir. A folder of that
// name is set aside first and put back if the renaming fails; whenever the
// process ends in between, one of the two is complete and found by readers.
func install(fsys FS, tmp, dir string) error {
	parent := filepath.Dir(dir)
	old := filepath.Join(parent, oldPrefix+filepath.Base(dir))
	replaced, err := exists(fsys, dir)
	if err != nil {
		return err
	}
	if replaced {
		if err := fsys.RemoveAll(old); err != nil {
			return err
		}
		if err := fsys.Rename(dir, old); err != nil {
			return err
		}
	}
	if err := fsys.Rename(tmp, dir); err != nil {
		if replaced {
			if rerr := fsys.Rename(old, dir); rerr != nil {
				return fmt.Errorf("%w (the previous checkpoint of this step is kept as %s)", err, old)
			}
		}
		return err
	}
	if err := fsys.SyncDir(parent); err != nil {
		return err
	}
	return fsys.RemoveAll(old)
}

// exists reports whether dir is a folder.
func exists(fsys FS, dir string) (bool, error) {
	_, err := fsys.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
