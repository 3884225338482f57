package data

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/condmean/condmean/internal/regular"
)

// steady reads from a file that must stay as it was when it was opened: what
// was checked then, and what was computed from it, would not hold for another.
type steady struct {
	f       *os.File
	size    int64
	changed time.Time    // modified last
	read    atomic.Int64 // bytes so far
}

var _ io.ReaderAt = (*steady)(nil)

// steadyBytes is how much is read from a file until it is compared again, for it
// may be written over in place. One that is cut short is noticed at once.
const steadyBytes = 1 << 20

// openSteady opens a regular file.
func openSteady(name string) (*steady, error) {
	f, size, err := regular.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, firstOf(err, f.Close())
	}
	return &steady{f: f, size: size, changed: info.ModTime()}, nil
}

// ReadAt implements io.ReaderAt. A file that changed is an error.
func (s *steady) ReadAt(b []byte, at int64) (int, error) {
	n, err := s.f.ReadAt(b, at)
	if read := s.read.Add(int64(n)); err == nil && read/steadyBytes == (read-int64(n))/steadyBytes {
		return n, nil
	}
	if cerr := s.check(); cerr != nil {
		return n, cerr
	}
	return n, err
}

// check compares the file with what it was.
func (s *steady) check() error {
	info, err := s.f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != s.size {
		return fmt.Errorf("the file changed since it was opened: from %d bytes to %d", s.size, info.Size())
	}
	if !info.ModTime().Equal(s.changed) {
		return fmt.Errorf("the file changed since it was opened: it was written to at %s", info.ModTime().Format(time.RFC3339))
	}
	return nil
}

// readFullAt fills b, or says what is missing.
func readFullAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) && (err == nil || err == io.EOF) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if n == len(b) {
		return err
	}
	return fmt.Errorf("only %d of its %d bytes can be read: %w", n, len(b), err)
}

// firstOf returns the first error there is: one line, where errors.Join makes more.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
