package weights

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/condmean/condmean/internal/foreign"
)

// expansion is how much DEFLATE expands at most.
const expansion = 1032

// openArchive opens a zip file of the given size and checks, before anything
// is unpacked, that its entries have distinct local names and that what is
// unpacked stays within the limit on decoded values; counting every entry also
// catches entries that overlap.
func openArchive(r io.ReaderAt, size int64) (*zip.Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("not a complete zip archive: %w", err)
	}
	var total uint64
	seen := make(map[string]bool, len(z.File))
	for _, f := range z.File {
		switch {
		case !localName(f.Name):
			return nil, fmt.Errorf("entry %s does not stay inside the archive", foreign.Quote(f.Name))
		case seen[f.Name]:
			return nil, fmt.Errorf("entry %s is there twice", foreign.Quote(f.Name))
		case f.Flags&1 != 0:
			return nil, fmt.Errorf("entry %s is encrypted", foreign.Quote(f.Name))
		case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64:
			return nil, fmt.Errorf("entry %s contradicts itself about its size", foreign.Quote(f.Name))
		case f.CompressedSize64 > uint64(size) || f.UncompressedSize64/expansion > f.CompressedSize64 || f.UncompressedSize64 > math.MaxInt64-total:
			return nil, fmt.Errorf("entry %s cannot have the size that the archive says", foreign.Quote(f.Name))
		}
		seen[f.Name] = true
		total += f.UncompressedSize64
	}
	return z, checkSize(int64(total))
}

// localName reports whether an entry's name stays below the folder it would be
// unpacked into, on every operating system.
func localName(name string) bool {
	return filepath.IsLocal(name) && !strings.Contains(name, `\`)
}

// readEntry unpacks one entry, whose size openArchive has bounded, and
// verifies its length and CRC-32.
func readEntry(f *zip.File) (b []byte, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("entry %s: %w", foreign.Quote(f.Name), err)
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("entry %s: %w", foreign.Quote(f.Name), cerr)
		}
	}()
	b = make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, fmt.Errorf("entry %s: %w", foreign.Quote(f.Name), err)
	}
	// The checksum is compared when the reader arrives at the end.
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		if err == nil || err == io.EOF {
			err = errors.New("longer than the archive says")
		}
		return nil, fmt.Errorf("entry %s: %w", foreign.Quote(f.Name), err)
	}
	return b, nil
}
