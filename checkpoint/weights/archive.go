package weights

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// An archive may unpack to at most expansion times its own size plus slack.
// Trained weights hardly compress at all; DEFLATE reaches 1032, which is what
// a bomb uses. Counting every entry also catches entries that overlap.
const (
	expansion = 100
	slack     = 1 << 20
)

// openArchive opens a zip file of the given size and checks, before anything
// is unpacked, that its entries have distinct local names and that together
// they cannot take more memory than the file's size allows.
func openArchive(r io.ReaderAt, size int64) (*zip.Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("not a complete zip archive: %w", err)
	}
	left := uint64(size)*expansion + slack
	seen := make(map[string]bool, len(z.File))
	for _, f := range z.File {
		switch {
		case !localName(f.Name):
			return nil, fmt.Errorf("entry %q does not stay inside the archive", f.Name)
		case seen[f.Name]:
			return nil, fmt.Errorf("entry %q is there twice", f.Name)
		case f.Flags&1 != 0:
			return nil, fmt.Errorf("entry %q is encrypted", f.Name)
		case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64:
			return nil, fmt.Errorf("entry %q contradicts itself about its size", f.Name)
		case f.UncompressedSize64 > left:
			return nil, fmt.Errorf("unpacks to more than %d times its size; refused", expansion)
		}
		seen[f.Name] = true
		left -= f.UncompressedSize64
	}
	return z, nil
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
		return nil, fmt.Errorf("entry %q: %w", f.Name, err)
	}
	defer func() {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("entry %q: %w", f.Name, cerr)
		}
	}()
	b = make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, fmt.Errorf("entry %q: %w", f.Name, err)
	}
	// The checksum is compared when the reader arrives at the end.
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		if err == nil || err == io.EOF {
			err = errors.New("longer than the archive says")
		}
		return nil, fmt.Errorf("entry %q: %w", f.Name, err)
	}
	return b, nil
}
