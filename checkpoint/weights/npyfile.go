package weights

import (
	"io"
	"path/filepath"
	"strings"
)

// ReadNPYFile reads one array from an .npy file; it is named after the file.
// Object arrays are refused and memory is bounded by the file's size.
func ReadNPYFile(name string) (a Array, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		a, err = ReadNPY(r, size)
		return err
	})
	a.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	return a, err
}

// ReadNPY reads one array, without a name, of which r holds the file of size bytes,
// as ReadNPYFile does.
func ReadNPY(r io.ReaderAt, size int64) (Array, error) {
	if err := checkSize(size); err != nil {
		return Array{}, err
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), b); err != nil {
		return Array{}, err
	}
	return parseNPY(b)
}

// WriteNPY writes a (float32, float64 or int64) as an .npy file.
func WriteNPY(w io.Writer, a Array) error {
	b, err := appendNPY(nil, a)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}
