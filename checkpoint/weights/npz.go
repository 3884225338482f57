package weights

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// ReadNPZ reads all arrays of an .npz archive of the given size, in the order
// they were stored. Object and complex arrays are refused, Fortran order is undone, and
// no more memory is taken than a fixed multiple of size.
func ReadNPZ(r io.ReaderAt, size int64) ([]Array, error) {
	z, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	arrays := make([]Array, 0, len(z.File))
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("entry %q is not an .npy array", f.Name)
		}
		b, err := readEntry(f)
		if err != nil {
			return nil, err
		}
		a, err := parseNPY(b)
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		if a.DType.Complex() {
			return nil, fmt.Errorf("array %q: %s is not supported here; real numbers are wanted", name, a.DType)
		}
		a.Name = name
		arrays = append(arrays, a)
	}
	return arrays, checkNames(arrays)
}

// WriteNPZ writes arrays (float32, float64 or int64) as an uncompressed .npz
// archive in the given order. Equal arrays give equal bytes: no time stamps
// and no host attributes are recorded.
func WriteNPZ(w io.Writer, arrays []Array) error {
	if err := checkNames(arrays); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	var buf []byte
	for _, a := range arrays {
		if !localName(a.Name) {
			return fmt.Errorf("array name %q cannot be an entry of an archive", a.Name)
		}
		var err error
		if buf, err = appendNPY(buf[:0], a); err != nil {
			return err
		}
		// Sizes and checksum go in front of the data, so that no data
		// descriptor is needed, which some readers do not understand.
		e, err := z.CreateRaw(&zip.FileHeader{
			Name:               a.Name + ".npy",
			Method:             zip.Store,
			CRC32:              crc32.ChecksumIEEE(buf),
			CompressedSize64:   uint64(len(buf)),
			UncompressedSize64: uint64(len(buf)),
		})
		if err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
		if _, err := e.Write(buf); err != nil {
			return fmt.Errorf("%s: %w", a.Name, err)
		}
	}
	return z.Close()
}
