package weights

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/condmean/condmean/internal/foreign"
)

// Torch is the contents of a file written by torch.save: nested dictionaries,
// lists and tuples flattened, with the keys on the way joined by dots.
type Torch struct {
	Arrays []Array // tensors, in the order they were stored
	// Scalars holds the other leaves that are numbers, strings or booleans,
	// as int, float64, string and bool.
	Scalars map[string]any
	Unread  []Unread // tensors of element types that have no decoder
}

// ReadTorch reads a file written by torch.save in either of its formats: the
// zip archive of PyTorch ≥ 1.6 or the older plain sequence of pickles.
// Nothing in the file is executed, names outside a closed list are refused,
// and no more memory is taken than a fixed multiple of size.
func ReadTorch(r io.ReaderAt, size int64) (*Torch, error) {
	t, err := openTorch(r, size)
	if err != nil {
		return nil, err
	}
	return t.load(size)
}

// torchFile is a parsed file whose storages may not have been read yet.
type torchFile struct {
	leaves  leaves
	storage func(*storage) ([]byte, error)
}

func openTorch(r io.ReaderAt, size int64) (*torchFile, error) {
	var magic [4]byte
	if _, err := r.ReadAt(magic[:], 0); err != nil {
		return nil, errors.New("too short for a PyTorch file")
	}
	if string(magic[:2]) != "PK" {
		return openLegacy(r, size)
	}
	z, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	files := make(map[string]*zip.File, len(z.File))
	var index, order *zip.File
	for _, f := range z.File {
		files[f.Name] = f
		switch path.Base(f.Name) {
		case "data.pkl":
			index = f
		case "byteorder":
			order = f
		case "constants.pkl":
			return nil, errors.New("a TorchScript program; save its state_dict with torch.save instead")
		}
	}
	for _, f := range z.File {
		if f.Method != zip.Store {
			return nil, fmt.Errorf("entry %s is compressed, which torch.save never does", foreign.Quote(f.Name))
		}
	}
	if order != nil {
		b, err := readEntry(order)
		if err != nil {
			return nil, err
		}
		if s := strings.TrimSpace(string(b)); s != "little" {
			return nil, fmt.Errorf("byte order %s is not supported", foreign.Quote(s))
		}
	}
	if index == nil {
		return nil, errors.New("not a PyTorch file: the archive has no data.pkl")
	}
	if index.UncompressedSize64 > maxPickleBytes {
		return nil, fmt.Errorf("entry %s: longer than %d MiB", foreign.Quote(index.Name), maxPickleBytes>>20)
	}
	b, err := readEntry(index)
	if err != nil {
		return nil, err
	}
	v, _, err := loadPickle(b, make(storages).resolve)
	if err != nil {
		return nil, err
	}
	t := &torchFile{storage: func(s *storage) ([]byte, error) {
		f, ok := files[path.Join(path.Dir(index.Name), "data", s.key)]
		if !ok {
			return nil, fmt.Errorf("storage %s is missing from the archive", foreign.Quote(s.key))
		}
		if want := uint64(s.count) * uint64(s.dtype.Size()); f.UncompressedSize64 != want {
			return nil, fmt.Errorf("entry %s has %d bytes, its tensors need %d", foreign.Quote(f.Name), f.UncompressedSize64, want)
		}
		return readEntry(f)
	}}
	return t, t.leaves.collect(v)
}

// load reads the storages and cuts the tensors out of them.
func (t *torchFile) load(size int64) (*Torch, error) {
	if err := t.check(size); err != nil {
		return nil, err
	}
	out := &Torch{Scalars: t.leaves.scalars}
	for _, l := range t.leaves.tensors {
		s := l.view.storage
		if u, ok := l.unread(); ok {
			out.Unread = append(out.Unread, u)
			continue
		}
		if s.data == nil && s.count > 0 {
			b, err := t.storage(s)
			if err != nil {
				return nil, fmt.Errorf("tensor %s: %w", brief(l.name), err)
			}
			s.data = b
		}
		out.Arrays = append(out.Arrays, l.view.array(l.name, s.data))
	}
	return out, checkNames(out.Arrays)
}

// check refuses what expands: tensors may share a storage, but a file that expands
// into more elements than it has bytes is no checkpoint.
func (t *torchFile) check(size int64) error {
	for _, l := range t.leaves.tensors {
		n, err := elements(l.view.shape)
		if l.view.broken != nil {
			err = l.view.broken
		}
		if err != nil {
			return fmt.Errorf("tensor %s: %w", brief(l.name), err)
		}
		if size -= int64(n); size < 0 {
			return fmt.Errorf("tensor %s: with it the tensors expand to more than the file holds; refused", brief(l.name))
		}
	}
	return nil
}

// unread returns a tensor's element type if it has no decoder, or what else is in
// the way.
func (l leaf) unread() (Unread, bool) {
	s := l.view.storage
	if l.view.negated {
		reason := fmt.Errorf("tensor %s: its sign is kept apart from its numbers, which is not supported; save its resolve_neg()", brief(l.name))
		return Unread{Name: l.name, Type: string(s.dtype), Numeric: true, reason: reason}, true
	}
	return Unread{Name: l.name, Type: string(s.dtype), Numeric: true}, s.unread || s.dtype.Size() == 0 || s.dtype.Complex()
}
