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
		b := make([]byte, size)
		if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), b); err != nil {
			return err
		}
		a, err = parseNPY(b)
		return err
	})
	a.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	return a, err
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
