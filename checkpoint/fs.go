package checkpoint

import (
	"io"
	"io/fs"
	"os"

	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/regular"
)

// FS is what checkpoints need of a file system. OS is the real one; tests
// inject faults through others.
type FS interface {
	// Mkdir creates a folder that does not exist yet.
	Mkdir(dir string) error
	// Create creates a file that does not exist yet.
	Create(name string) (File, error)
	// Rename replaces a file newName atomically; a folder must not exist.
	Rename(oldName, newName string) error
	RemoveAll(name string) error
	// SyncDir makes the entries of a folder durable.
	SyncDir(dir string) error

	ReadDir(dir string) ([]fs.DirEntry, error)
	// ReadFile returns a regular file of at most limit bytes. It takes no memory
	// for a larger one, of which the error wraps regular.ErrSize.
	ReadFile(name string, limit int64) ([]byte, error)
}

// File is a file being written.
type File interface {
	io.WriteCloser
	Sync() error
}

// OS is the operating system's file system.
type OS struct{}

var _ FS = OS{}

// Mkdir implements FS.
func (OS) Mkdir(dir string) error { return os.Mkdir(dir, 0o777) }

// Create implements FS.
func (OS) Create(name string) (File, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// Rename implements FS.
func (OS) Rename(oldName, newName string) error { return atomicfile.Rename(oldName, newName) }

// RemoveAll implements FS.
func (OS) RemoveAll(name string) error { return os.RemoveAll(name) }

// SyncDir implements FS.
func (OS) SyncDir(dir string) error { return atomicfile.SyncDir(dir) }

// ReadDir implements FS.
func (OS) ReadDir(dir string) ([]fs.DirEntry, error) { return os.ReadDir(dir) }

// ReadFile implements FS.
func (OS) ReadFile(name string, limit int64) ([]byte, error) { return regular.ReadFile(name, limit) }
