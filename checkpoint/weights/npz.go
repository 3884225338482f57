package weights

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/npy"
)

// ReadNPZ reads all arrays of an .npz archive of the given size, in the order
// they were stored. Text, object and complex arrays are refused, Fortran order is undone,
// and what the archive unpacks to stays within the limit on decoded values.
func ReadNPZ(r io.ReaderAt, size int64) ([]Array, error) {
	arrays, unread, err := readNPZ(r, size, nil)
	if err == nil && len(unread) > 0 {
		err = unread[0]
	}
	if err != nil {
		return nil, err
	}
	return arrays, nil
}

// ReadNPZNamed is ReadNPZ for the arrays of some names, as far as they are there;
// what the others hold does not matter.
func ReadNPZNamed(r io.ReaderAt, size int64, names ...string) ([]Array, error) {
	arrays, unread, err := readNPZ(r, size, names)
	if err == nil && len(unread) > 0 {
		err = unread[0]
	}
	return arrays, err
}

// readNPZ reads the arrays of some names, nil for all, and lists those of them
// that hold no numbers.
func readNPZ(r io.ReaderAt, size int64, names []string) (arrays []Array, unread []Unread, err error) {
	z, err := openArchive(r, size)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if names != nil && !slices.Contains(names, name) {
			continue
		}
		if !ok {
			return nil, nil, fmt.Errorf("entry %s is not an .npy array", foreign.Quote(f.Name))
		}
		b, err := readEntry(f)
		if err != nil {
			return nil, nil, err
		}
		a, err := parseNPY(b)
		if err == nil && len(a.Shape) > maxRank {
			err = fmt.Errorf("%d dimensions are too many", len(a.Shape))
		}
		if err != nil {
			err = fmt.Errorf("array %s: %s", foreign.Name(name), foreign.Line(err.Error(), foreign.Limit))
		}
		if typ, ok := withoutNumbers(b); ok && err != nil {
			unread = append(unread, Unread{Name: name, Type: typ, reason: err})
			continue
		} else if err != nil {
			return nil, nil, err
		}
		if a.DType.Complex() {
			unread = append(unread, Unread{Name: name, Type: string(a.DType), Numeric: true})
			continue
		}
		a.Name = name
		arrays = append(arrays, a)
	}
	return arrays, unread, checkNames(arrays)
}

// otherTypes finds the element type of arrays of text, objects, records and times
// in an .npy header.
var otherTypes = regexp.MustCompile(`^\{[^}]*'descr'\s*:\s*(?:'([<>|=]?[OUSVMm]\d*[^']*)'|(\[))`)

func withoutNumbers(b []byte) (typ string, ok bool) {
	const longest = 1 << 12
	start := bytes.IndexByte(b[:min(len(b), len(npy.Magic)+8)], '{')
	if !bytes.HasPrefix(b, []byte(npy.Magic)) || start < 0 {
		return "", false
	}
	m := otherTypes.FindSubmatch(b[start:min(len(b), longest)])
	switch {
	case m == nil:
		return "", false
	case len(m[2]) > 0:
		return "record", true
	}
	return string(m[1]), true
}

// WriteNPZ writes arrays (float16, float32, float64 or int64) as an uncompressed .npz
// archive in the given order. Equal arrays give equal bytes: no time stamps
// and no host attributes are recorded.
func WriteNPZ(w io.Writer, arrays []Array) error {
	if err := checkNames(arrays); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	var buf []byte
	for _, a := range arrays {
		entry := a.Name + ".npy"
		if !localName(a.Name) || len(entry) > math.MaxUint16 {
			return configs.Usagef("array name %s cannot be an entry of an archive; .safetensors takes any name", foreign.Quote(a.Name))
		}
		var err error
		if buf, err = appendNPY(buf[:0], a); err != nil {
			return err
		}
		// Sizes and checksum go in front of the data, so that no data
		// descriptor is needed, which some readers do not understand.
		e, err := z.CreateRaw(&zip.FileHeader{
			Name:               entry,
			Method:             zip.Store,
			CRC32:              crc32.ChecksumIEEE(buf),
			CompressedSize64:   uint64(len(buf)),
			UncompressedSize64: uint64(len(buf)),
		})
		if err != nil {
			return fmt.Errorf("%s: %w", foreign.Name(a.Name), err)
		}
		if _, err := e.Write(buf); err != nil {
			return fmt.Errorf("%s: %w", foreign.Name(a.Name), err)
		}
	}
	return z.Close()
}
