package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing/fstest"

	"github.com/condmean/condmean/internal/regular"
)

// memFS is a file system in memory that knows which of its contents would
// survive a power failure: of a file what was there at its last Sync, of a
// folder the entries at its last SyncDir.
type memFS struct{ root *node }

type node struct {
	data, synced       []byte
	entries, syncedDir map[string]*node // nil in a file
}

func newFolder() *node {
	return &node{entries: map[string]*node{}, syncedDir: map[string]*node{}}
}

func newMemFS() *memFS { return &memFS{newFolder()} }

// losePower forgets everything that was not synced.
func (m *memFS) losePower() { m.root.losePower() }

func (n *node) losePower() {
	n.data = n.synced
	if n.entries == nil {
		return
	}
	n.entries = make(map[string]*node)
	for name, e := range n.syncedDir {
		n.entries[name] = e
		e.losePower()
	}
}

// clone returns an independent copy; what is synced in m is synced in the copy.
func (m *memFS) clone() *memFS {
	copies := make(map[*node]*node)
	var copyOf func(*node) *node
	copyOf = func(n *node) *node {
		if c := copies[n]; c != nil {
			return c
		}
		c := &node{data: append([]byte(nil), n.data...), synced: append([]byte(nil), n.synced...)}
		copies[n] = c
		if n.entries != nil {
			c.entries, c.syncedDir = map[string]*node{}, map[string]*node{}
			for name, e := range n.entries {
				c.entries[name] = copyOf(e)
			}
			for name, e := range n.syncedDir {
				c.syncedDir[name] = copyOf(e)
			}
		}
		return c
	}
	return &memFS{copyOf(m.root)}
}

func (m *memFS) find(op, name string) (*node, error) {
	n := m.root
	for _, part := range strings.Split(filepath.Clean(name), "/") {
		if part == "." || part == "" {
			continue
		}
		if n = n.entries[part]; n == nil {
			return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
	}
	return n, nil
}

func (m *memFS) parent(op, name string) (*node, string, error) {
	n, err := m.find(op, filepath.Dir(name))
	return n, filepath.Base(name), err
}

func (m *memFS) add(op, name string, n *node) error {
	dir, base, err := m.parent(op, name)
	if err != nil {
		return err
	}
	if dir.entries[base] != nil {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrExist}
	}
	dir.entries[base] = n
	return nil
}

func (m *memFS) Mkdir(dir string) error { return m.add("mkdir", dir, newFolder()) }

func (m *memFS) Create(name string) (File, error) {
	n := new(node)
	return memFile{n}, m.add("create", name, n)
}

type memFile struct{ *node }

func (f memFile) Write(p []byte) (int, error) {
	f.data = append(f.data, p...)
	return len(p), nil
}

func (f memFile) Sync() error {
	f.synced = append([]byte(nil), f.data...)
	return nil
}

func (f memFile) Close() error { return nil }

func (m *memFS) Rename(oldName, newName string) error {
	n, err := m.find("rename", oldName)
	if err != nil {
		return err
	}
	from, oldBase, err := m.parent("rename", oldName)
	if err != nil {
		return err
	}
	to, newBase, err := m.parent("rename", newName)
	if err != nil {
		return err
	}
	if there := to.entries[newBase]; there != nil && (n.entries != nil || there.entries != nil) {
		return &fs.PathError{Op: "rename", Path: newName, Err: fs.ErrExist}
	}
	delete(from.entries, oldBase)
	to.entries[newBase] = n
	return nil
}

func (m *memFS) RemoveAll(name string) error {
	dir, base, err := m.parent("remove", name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	delete(dir.entries, base)
	return err
}

func (m *memFS) SyncDir(dir string) error {
	n, err := m.find("sync", dir)
	if err != nil {
		return err
	}
	n.syncedDir = make(map[string]*node)
	for name, e := range n.entries {
		n.syncedDir[name] = e
	}
	return nil
}

func (m *memFS) ReadDir(dir string) ([]fs.DirEntry, error) {
	n, err := m.find("readdir", dir)
	if err != nil {
		return nil, err
	}
	// The standard library's map file system knows how to list entries.
	list := make(fstest.MapFS)
	for name, e := range n.entries {
		f := &fstest.MapFile{}
		if e.entries != nil {
			f.Mode = fs.ModeDir
		}
		list[name] = f
	}
	return list.ReadDir(".")
}

func (m *memFS) ReadFile(name string, limit int64) ([]byte, error) {
	n, err := m.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.entries != nil {
		return nil, fmt.Errorf("%s: a folder", name)
	}
	if int64(len(n.data)) > limit {
		return nil, fmt.Errorf("%s: %w", name, regular.ErrSize)
	}
	return append([]byte(nil), n.data...), nil
}

var _ FS = (*memFS)(nil)
