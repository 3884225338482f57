package weights

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/nlpodyssey/gopickle/types"
)

// Torch is the contents of a file written by torch.save: nested dictionaries,
// lists and tuples flattened, with the keys on the way joined by dots.
type Torch struct {
	Arrays []Array // tensors, in the order they were stored
	// Scalars holds the other leaves that are numbers, strings or booleans,
	// as int, float64, string and bool.
	Scalars map[string]any
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

// storage is a reference to the flat memory behind one or more tensors.
type storage struct {
	key   string
	dtype DType
	count int // elements
	data  []byte
}

// view is a tensor: a strided window on a storage.
type view struct {
	storage *storage
	offset  int
	shape   []int
	strides []int
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
	var index *zip.File
	for _, f := range z.File {
		if f.Method != zip.Store {
			return nil, fmt.Errorf("entry %q is compressed, which PyTorch never does", f.Name)
		}
		files[f.Name] = f
		switch path.Base(f.Name) {
		case "data.pkl":
			index = f
		case "constants.pkl":
			return nil, errors.New("a TorchScript program; save its state_dict with torch.save instead")
		case "byteorder":
			b, err := readEntry(f)
			if err != nil {
				return nil, err
			}
			if s := strings.TrimSpace(string(b)); s != "little" {
				return nil, fmt.Errorf("byte order %q is not supported", clip(s))
			}
		}
	}
	if index == nil {
		return nil, errors.New("not a PyTorch file: the archive has no data.pkl")
	}
	if index.UncompressedSize64 > maxPickleBytes {
		return nil, fmt.Errorf("entry %q: longer than %d MiB", index.Name, maxPickleBytes>>20)
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
			return nil, fmt.Errorf("storage %q is missing from the archive", clip(s.key))
		}
		if want := uint64(s.count) * uint64(s.dtype.Size()); f.UncompressedSize64 != want {
			return nil, fmt.Errorf("entry %q has %d bytes, its tensors need %d", f.Name, f.UncompressedSize64, want)
		}
		return readEntry(f)
	}}
	return t, t.leaves.collect(v)
}

// storages resolves persistent references, which are tuples ("storage", type,
// key, device, element count, and in legacy files a view), by key.
type storages map[string]*storage

func (known storages) resolve(id any) (any, error) {
	tuple, ok := id.(*types.Tuple)
	if !ok || tuple.Len() < 5 || tuple.Get(0) != "storage" {
		return nil, errors.New("unknown persistent reference")
	}
	typ, okType := tuple.Get(1).(storageType)
	key, okKey := tuple.Get(2).(string)
	count, okCount := tuple.Get(4).(int)
	if !okType || !okKey || !okCount || count < 0 || count > math.MaxInt/8 {
		return nil, errors.New("malformed reference to a storage")
	}
	if tuple.Len() > 5 && tuple.Get(5) != nil {
		return nil, errors.New("views of storages (PyTorch < 0.4) are not supported")
	}
	s, ok := known[key]
	if !ok {
		s = &storage{key: key, dtype: typ.DType, count: count}
		known[key] = s
	} else if s.dtype != typ.DType || s.count != count {
		return nil, fmt.Errorf("storage %q is declared twice with different sizes", clip(key))
	}
	return s, nil
}

// rebuildTensor stands for torch._utils._rebuild_tensor_v2(storage, offset,
// size, stride, requires_grad, hooks).
func rebuildTensor(args ...any) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("malformed tensor")
	}
	s, okStorage := args[0].(*storage)
	offset, okOffset := args[1].(int)
	shape, okShape := ints(args[2])
	strides, okStrides := ints(args[3])
	if !okStorage || !okOffset || !okShape || !okStrides || len(shape) != len(strides) || offset < 0 {
		return nil, errors.New("malformed tensor")
	}
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	// The last element's position, step by step so that nothing overflows.
	last := offset
	for i, d := range shape {
		if n == 0 {
			break
		}
		if strides[i] < 0 || last >= s.count || (d > 1 && strides[i] > (s.count-1-last)/(d-1)) {
			return nil, fmt.Errorf("a tensor of shape %v reaches beyond its storage", shape)
		}
		last += (d - 1) * strides[i]
	}
	if n > 0 && last >= s.count {
		return nil, fmt.Errorf("a tensor of shape %v reaches beyond its storage", shape)
	}
	return &view{storage: s, offset: offset, shape: shape, strides: strides}, nil
}

// rebuildParameter stands for torch._utils._rebuild_parameter(data, …).
func rebuildParameter(args ...any) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("malformed parameter")
	}
	return args[0], nil
}

func ints(v any) ([]int, bool) {
	t, ok := v.(*types.Tuple)
	if !ok {
		return nil, false
	}
	out := make([]int, t.Len())
	for i := range out {
		if out[i], ok = t.Get(i).(int); !ok {
			return nil, false
		}
	}
	return out, true
}

// load reads the storages and cuts the tensors out of them.
func (t *torchFile) load(size int64) (*Torch, error) {
	// Tensors may share a storage, but a file that expands into more
	// elements than it has bytes is no checkpoint.
	left := size
	for _, l := range t.leaves.tensors {
		n, err := elements(l.view.shape)
		if err != nil {
			return nil, err
		}
		if left -= int64(n); left < 0 {
			return nil, errors.New("its tensors expand to more than the file holds; refused")
		}
	}
	out := &Torch{Arrays: make([]Array, len(t.leaves.tensors)), Scalars: t.leaves.scalars}
	for i, l := range t.leaves.tensors {
		s := l.view.storage
		if s.data == nil && s.count > 0 {
			b, err := t.storage(s)
			if err != nil {
				return nil, fmt.Errorf("tensor %s: %w", clip(l.name), err)
			}
			s.data = b
		}
		out.Arrays[i] = l.view.array(l.name)
	}
	return out, checkNames(out.Arrays)
}

func (v *view) array(name string) Array {
	size := v.storage.dtype.Size()
	a := Array{Name: name, Shape: v.shape, DType: v.storage.dtype}
	n := a.Len()
	step, dense := 1, true
	for i := len(v.shape) - 1; i >= 0; i-- {
		dense = dense && (v.shape[i] == 1 || v.strides[i] == step)
		step *= v.shape[i]
	}
	switch {
	case n == 0:
	case dense:
		a.raw = v.storage.data[v.offset*size : (v.offset+n)*size]
	default:
		a.raw = gather(v.storage.data, v.offset, v.shape, v.strides, size)
	}
	return a
}
