package weights

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/regular"
)

// Contents is what a weight file holds.
type Contents struct {
	Arrays   []Array
	Unread   []Unread          // what is no array of numbers that can be read
	Metadata map[string]string // of .safetensors
}

// Unread is an array whose elements are not read: those of a type without a
// decoder, text or objects.
type Unread struct {
	Name    string
	Type    string // element type as the file names it
	Numeric bool   // it holds numbers, such as complex ones

	reason error // nil: the type
}

// Error implements error.
func (u Unread) Error() string {
	if u.reason != nil {
		return u.reason.Error()
	}
	return fmt.Sprintf("tensor %s: element type %s is not supported", brief(u.Name), brief(u.Type))
}

// brief is foreign.Name for messages with several names.
func brief(name string) string {
	const longest = 80
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	return foreign.Name(name)
}

var _ error = Unread{}

// Known tells whether a name's extension is one that ReadFile reads.
func Known(name string) bool {
	return slices.Contains([]string{".npz", ".safetensors", ".pt", ".pth", ".bin", ".ckpt"}, strings.ToLower(filepath.Ext(name)))
}

// ReadFile reads a weight file whose format its extension tells: .npz,
// .safetensors or PyTorch (.pt, .pth, .bin, .ckpt).
func ReadFile(name string) (c *Contents, err error) {
	c = new(Contents)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".npz":
		err = withFile(name, func(r io.ReaderAt, size int64) error {
			c.Arrays, c.Unread, err = readNPZ(r, size, nil)
			return err
		})
	case ".safetensors":
		c.Arrays, c.Metadata, err = ReadSafetensorsFile(name)
	case ".pt", ".pth", ".bin", ".ckpt":
		var t *Torch
		if t, err = ReadTorchFile(name); err == nil {
			c.Arrays, c.Unread = t.Arrays, t.Unread
		}
	default:
		err = fmt.Errorf("%s: not a weight file by its extension; .npz, .safetensors, .pt, .pth, .bin and .ckpt are known", name)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ReadNPZFile is ReadNPZ on a file.
func ReadNPZFile(name string) (arrays []Array, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		arrays, err = ReadNPZ(r, size)
		return err
	})
	return arrays, err
}

// ReadSafetensorsFile is ReadSafetensors on a file.
func ReadSafetensorsFile(name string) (arrays []Array, metadata map[string]string, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		arrays, metadata, err = ReadSafetensors(r, size)
		return err
	})
	return arrays, metadata, err
}

// ReadTorchFile is ReadTorch on a file.
func ReadTorchFile(name string) (t *Torch, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		t, err = ReadTorch(r, size)
		return err
	})
	return t, err
}

// withFile opens a regular file, and puts its name in front of errors.
func withFile(name string, read func(r io.ReaderAt, size int64) error) (err error) {
	f, size, err := regular.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err = checkSize(size); err == nil {
		err = read(f, size)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// checkSize refuses files, or what they unpack to, of more bytes than the widest
// values within the limit have.
func checkSize(size int64) error {
	const widest = 8
	return limit.Check("values of 8 bytes", size/widest)
}
