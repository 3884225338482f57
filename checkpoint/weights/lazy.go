package weights

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/regular"
)

// File is an open weight file whose tensors are read one by one: memory is taken
// for those that are asked for. Names, shapes and places have been checked as the
// readers of whole files check them.
type File struct {
	Keys    []Key          // tensors: of .safetensors by their place in the file, of PyTorch's in stored order
	Unread  []Unread       // tensors of element types that have no decoder
	Scalars map[string]any // numbers, strings and booleans of PyTorch's, as in Torch

	name string
	file *os.File
	read map[string]func() (Array, error)
}

// Open opens a .safetensors file or one of PyTorch's (.pt, .pth, .bin, .ckpt).
// Close it.
func Open(name string) (*File, error) {
	open := map[string]func(*File, int64) error{
		".safetensors": (*File).openSafetensors, ".pt": (*File).openTorch, ".pth": (*File).openTorch, ".bin": (*File).openTorch, ".ckpt": (*File).openTorch,
	}[strings.ToLower(filepath.Ext(name))]
	if open == nil {
		return nil, fmt.Errorf("%s: not a weight file; .safetensors and .pt are known here", name)
	}
	r, size, err := regular.Open(name)
	if err != nil {
		return nil, err
	}
	f := &File{name: name, file: r, read: map[string]func() (Array, error){}}
	if err = checkSize(size); err == nil {
		err = open(f, size)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), r.Close())
	}
	return f, nil
}

// Close closes the file; arrays that were read stay.
func (f *File) Close() error { return f.file.Close() }

// Read returns a tensor of the file. It is the caller's own.
func (f *File) Read(name string) (Array, error) {
	read, ok := f.read[name]
	if !ok {
		return Array{}, fmt.Errorf("%s: no tensor %s", f.name, foreign.Name(name))
	}
	a, err := read()
	if err != nil {
		return Array{}, fmt.Errorf("%s: tensor %s: %w", f.name, brief(name), err)
	}
	return a, nil
}

// add takes a tensor in, once.
func (f *File) add(name string, shape []int, read func() (Array, error)) error {
	if _, twice := f.read[name]; twice || name == "" {
		return checkNames([]Array{{Name: name}, {Name: name}})
	}
	f.Keys = append(f.Keys, Key{Name: name, Shape: shape})
	f.read[name] = read
	return nil
}

func (f *File) openTorch(size int64) error {
	t, err := openTorch(f.file, size)
	if err != nil {
		return err
	}
	if err := t.check(size); err != nil {
		return err
	}
	f.Scalars = t.leaves.scalars
	for _, l := range t.leaves.tensors {
		if u, ok := l.unread(); ok {
			f.Unread = append(f.Unread, u)
			continue
		}
		err := f.add(l.name, l.view.shape, func() (Array, error) {
			var data []byte
			if s := l.view.storage; s.count > 0 {
				var err error
				if data, err = t.storage(s); err != nil {
					return Array{}, err
				}
			}
			return l.view.array(l.name, data), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stored is where a .safetensors file has a tensor.
type stored struct {
	Name    string  `json:"-"`
	Type    string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

func (f *File) openSafetensors(size int64) error {
	header, begin, err := readHeader(f.file, size)
	if err != nil {
		return err
	}
	var list []stored
	for name, text := range header {
		s := stored{Name: name}
		if err := json.Unmarshal(text, &s); err != nil {
			return fmt.Errorf("not a valid safetensors file: tensor %s: %s", foreign.Name(name), foreign.Line(err.Error(), foreign.Limit))
		}
		if len(s.Offsets) != 2 {
			return fmt.Errorf("not a valid safetensors file: tensor %s does not say where it is", foreign.Name(name))
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b stored) int { // empty ones lie where the next one does
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]), strings.Compare(a.Name, b.Name))
	})
	at := int64(0) // the data are covered without gap or overlap
	for _, s := range list {
		t, err := safetensors.ParseDType(s.Type)
		if err != nil {
			return Unread{Name: s.Name, Type: s.Type, Numeric: true}
		}
		dtype := safetensorsTypes[t]
		n, err := elements(s.Shape)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", foreign.Name(s.Name), err)
		}
		bytes := int64(n) * int64(dtype.Size())
		if bytes > size-begin-at || s.Offsets[0] != at || s.Offsets[1] != at+bytes {
			return fmt.Errorf("not a valid safetensors file: tensor %s is not where its shape and its neighbours leave room for it", foreign.Name(s.Name))
		}
		err = f.add(s.Name, s.Shape, func() (Array, error) {
			b := make([]byte, bytes)
			if n, err := f.file.ReadAt(b, begin+s.Offsets[0]); n < len(b) {
				if err == io.EOF {
					err = io.ErrUnexpectedEOF
				}
				return Array{}, err
			}
			return Array{Name: s.Name, Shape: s.Shape, DType: dtype, raw: b}, nil
		})
		if err != nil {
			return err
		}
		at = s.Offsets[1]
	}
	if at != size-begin {
		return fmt.Errorf("not a valid safetensors file: %d bytes of data, its tensors have %d", size-begin, at)
	}
	return nil
}
