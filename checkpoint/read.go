package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/regular"
)

// DamagedError says which file of a checkpoint cannot be trusted. Where [Read] and
// its siblings return it, it is within a [configs.UsageError].
type DamagedError struct {
	File     string // path of the file
	Err      error  // what is wrong with it
	LastGood string // newest good checkpoint beside the damaged one, "" if there is none
}

// Error implements error.
func (e *DamagedError) Error() string {
	s := fmt.Sprintf("checkpoint: %s is damaged: %v", e.File, e.Err)
	if e.LastGood == "" {
		return s + "; there is no other checkpoint to fall back to"
	}
	return s + "; the last good checkpoint is " + e.LastGood
}

// Unwrap returns the cause.
func (e *DamagedError) Unwrap() error { return e.Err }

// damaged says so of a file, as something for the user to mend; what the limit on
// values refuses is not.
func damaged(file string, err error) error {
	if limit.Refused(err) {
		return configs.Usagef("checkpoint: %s: %w", file, err)
	}
	return &configs.UsageError{Err: &DamagedError{File: file, Err: err}}
}

// Read verifies and loads the checkpoint folder dir. If a file is missing,
// torn or altered the error is a [*DamagedError].
func Read(dir string) (*Snapshot, error) { return ReadFS(OS{}, dir) }

// ReadFS is Read on the given file system.
func ReadFS(fsys FS, dir string) (*Snapshot, error) {
	dir = filepath.Clean(dir)
	s, err := read(fsys, dir)
	var damage *DamagedError
	if errors.As(err, &damage) {
		if _, ok := stepOf(filepath.Base(dir)); ok {
			run := Run{Dir: filepath.Dir(dir), FS: fsys}
			// Failing to find a replacement must not hide the damage.
			damage.LastGood, _ = run.lastGood(dir)
		}
	}
	return s, err
}

// ReadManifest verifies and loads the manifest alone, which tells what a
// checkpoint holds without the cost of reading it.
func ReadManifest(dir string) (*Manifest, error) {
	return readManifest(OS{}, filepath.Clean(dir))
}

func readManifest(fsys FS, dir string) (*Manifest, error) {
	if ok, err := exists(fsys, dir); err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	} else if !ok {
		return nil, fmt.Errorf("checkpoint: %s: %w", dir, fs.ErrNotExist)
	}
	name := filepath.Join(dir, manifestFile)
	b, err := fsys.ReadFile(name, maxManifestBytes)
	if err != nil {
		return nil, damaged(name, err)
	}
	m, err := decodeManifest(b)
	if errors.Is(err, errVersion) {
		return nil, configs.Usagef("checkpoint: %s: %w", name, err)
	} else if err != nil {
		return nil, damaged(name, err)
	}
	return m, nil
}

func read(fsys FS, dir string) (*Snapshot, error) {
	m, err := readManifest(fsys, dir)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Step: m.Step, Counters: m.Counters, Program: m.Program, Config: m.Config, Sample: m.Sample, Recommended: m.Recommended}
	for from, to := range map[*json.RawMessage]*json.RawMessage{&m.Data: &s.Data, &m.Origin: &s.Origin} {
		if *from == nil {
			continue
		}
		var text bytes.Buffer // compact, whatever the manifest's layout
		if err := json.Compact(&text, *from); err != nil {
			return nil, damaged(filepath.Join(dir, manifestFile), err)
		}
		*to = text.Bytes()
	}
	for _, part := range m.Files {
		if err := s.readPart(fsys, dir, part); err != nil {
			return nil, damaged(filepath.Join(dir, part.Name), err)
		}
	}
	return s, nil
}

// readPart verifies one file against the manifest and takes its contents.
func (s *Snapshot) readPart(fsys FS, dir string, part Part) error {
	values, err := limit.Values()
	if err != nil {
		return err
	}
	const widest = 8 // bytes of a value
	most := min(part.Size, widest*min(values, math.MaxInt64/widest))
	if part.Name == stateFile {
		most = min(most, maxStateBytes)
	}
	b, err := fsys.ReadFile(filepath.Join(dir, part.Name), most)
	if errors.Is(err, regular.ErrSize) { // than the limit allows, or than the manifest says
		if refused := limit.Check("values of 8 bytes", 1+(part.Size-1)/widest); refused != nil {
			return refused
		}
	}
	if err != nil {
		return err
	}
	if int64(len(b)) != part.Size {
		return fmt.Errorf("%d bytes instead of %d", len(b), part.Size)
	}
	if fmt.Sprintf("%x", sha256.Sum256(b)) != part.SHA256 {
		return errors.New("its SHA-256 does not match the manifest")
	}
	if part.Name == stateFile {
		if err := json.Unmarshal(b, &s.State); err != nil {
			return errors.New(foreign.Line(err.Error(), foreign.Limit))
		}
		return nil
	}
	arrays, err := weights.ReadNPZ(bytes.NewReader(b), part.Size)
	if err != nil {
		return err
	}
	if err := part.checkArrays(arrays); err != nil {
		return err
	}
	switch part.Name {
	case weightsFile:
		s.Weights = Tensors(arrays)
	case emaFile:
		s.EMA = Tensors(arrays)
	case adaptersFile:
		s.Adapters = Tensors(arrays)
	case optimizerFile:
		s.Optimizer = Tensors(arrays)
	case normFile:
		s.Norm = make(map[string][]float64, len(arrays))
		for _, a := range arrays {
			s.Norm[a.Name] = a.Float64()
		}
	}
	return nil
}

// checkArrays compares arrays with what the manifest declares.
func (p Part) checkArrays(arrays []weights.Array) error {
	want := weights.Float32
	if p.Name == normFile {
		want = weights.Float64
	}
	if len(arrays) != len(p.Tensors) {
		return fmt.Errorf("%d tensors, the manifest declares %d", len(arrays), len(p.Tensors))
	}
	for _, a := range arrays {
		shape, ok := p.Tensors[a.Name]
		switch {
		case !ok:
			return fmt.Errorf("tensor %s is not declared in the manifest", foreign.Quote(a.Name))
		case !slices.Equal(a.Shape, shape):
			return fmt.Errorf("tensor %s: shape %v, the manifest declares %s", foreign.Name(a.Name), a.Shape, foreign.Line(fmt.Sprint(shape), foreign.Limit/4))
		case a.DType != want:
			return fmt.Errorf("tensor %s: element type %s instead of %s", foreign.Name(a.Name), a.DType, want)
		}
	}
	return nil
}
