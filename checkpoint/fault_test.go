package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var errInjected = errors.New("injected fault")

// mode is how an operation fails.
type mode int

const (
	refused mode = iota // it does nothing and fails
	torn                // it does half of its work and fails
	late                // it does all of its work and fails
	dead                // it does nothing, nor does any operation after it
	outage              // as dead, and all that was not synced is lost
)

// faulty fails at the operation number at, counted from 1, and records all.
type faulty struct {
	fs    *memFS
	at    int
	mode  mode
	count int
	trace []string
}

func (f *faulty) fired() bool { return f.count >= f.at }

// do runs an operation that may fail; half is what a torn one does.
func (f *faulty) do(name string, whole, half func() error) error {
	f.count++
	f.trace = append(f.trace, name)
	switch {
	case f.count < f.at || (f.count > f.at && f.mode < dead):
		return whole()
	case f.mode == torn:
		return errors.Join(errInjected, half())
	case f.mode == late:
		return errors.Join(errInjected, whole())
	}
	return errInjected
}

func nothing() error { return nil }

func (f *faulty) Mkdir(dir string) error {
	return f.do("mkdir "+filepath.Base(dir), func() error { return f.fs.Mkdir(dir) }, nothing)
}

func (f *faulty) Create(name string) (file File, err error) {
	err = f.do("create "+filepath.Base(name), func() (err error) {
		file, err = f.fs.Create(name)
		return err
	}, nothing)
	if err != nil {
		return nil, err
	}
	return &faultyFile{file, f, filepath.Base(name)}, nil
}

func (f *faulty) Rename(oldName, newName string) error {
	return f.do(fmt.Sprintf("rename %s %s", filepath.Base(oldName), filepath.Base(newName)),
		func() error { return f.fs.Rename(oldName, newName) }, nothing)
}

// A torn RemoveAll leaves a folder without its first file.
func (f *faulty) RemoveAll(name string) error {
	return f.do("remove "+filepath.Base(name), func() error { return f.fs.RemoveAll(name) }, func() error {
		entries, err := f.fs.ReadDir(name)
		if err != nil || len(entries) == 0 {
			return nil
		}
		return f.fs.RemoveAll(filepath.Join(name, entries[0].Name()))
	})
}

func (f *faulty) SyncDir(dir string) error {
	return f.do("syncdir "+filepath.Base(dir), func() error { return f.fs.SyncDir(dir) }, nothing)
}

func (f *faulty) ReadDir(dir string) ([]fs.DirEntry, error) {
	if err := f.do("readdir", nothing, nothing); err != nil {
		return nil, err
	}
	return f.fs.ReadDir(dir)
}

func (f *faulty) ReadFile(name string, limit int64) ([]byte, error) {
	if err := f.do("read", nothing, nothing); err != nil {
		return nil, err
	}
	return f.fs.ReadFile(name, limit)
}

type faultyFile struct {
	File
	fs   *faulty
	name string
}

func (f *faultyFile) Write(p []byte) (n int, err error) {
	err = f.fs.do("write "+f.name, func() (err error) {
		n, err = f.File.Write(p)
		return err
	}, func() (err error) {
		n, err = f.File.Write(p[:len(p)/2])
		return err
	})
	return n, err
}

func (f *faultyFile) Sync() error {
	return f.fs.do("sync "+f.name, f.File.Sync, nothing)
}

func (f *faultyFile) Close() error {
	err := f.File.Close() // a process that dies closes its files too
	return f.fs.do("close "+f.name, func() error { return err }, nothing)
}

// manifestOf returns the manifest of s. It has the checksums of all other
// files, so that comparing manifests of verified checkpoints compares all.
func manifestOf(t *testing.T, s *Snapshot) []byte {
	t.Helper()
	disk := newMemFS()
	if err := WriteFS(disk, "x", s); err != nil {
		t.Fatal(err)
	}
	b, err := disk.ReadFile(filepath.Join("x", manifestFile), maxManifestBytes)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same reports whether a folder verifies and has one of the manifests.
func same(fsys FS, dir string, manifests ...[]byte) error {
	if _, err := ReadFS(fsys, dir); err != nil {
		return err
	}
	got, err := fsys.ReadFile(filepath.Join(dir, manifestFile), maxManifestBytes)
	if err != nil {
		return err
	}
	for _, want := range manifests {
		if bytes.Equal(got, want) {
			return nil
		}
	}
	return fmt.Errorf("%s holds something else", dir)
}

// Whatever operation fails in whatever way, the good checkpoints stay good,
// nothing unfinished looks like a checkpoint, the caller is told, and the next
// save works and cleans up.
func TestEveryFault(t *testing.T) {
	one, two, three, nine := sample(1), sample(2), sample(3), sample(9)
	twoAgain := sample(2)
	twoAgain.Config = "name: changed on resume\n"
	m1, m2, m2Again, m3, m9 := manifestOf(t, one), manifestOf(t, two), manifestOf(t, twoAgain), manifestOf(t, three), manifestOf(t, nine)

	base := newMemFS()
	run := &Run{Dir: "run", FS: base}
	for _, s := range []*Snapshot{one, two} {
		if _, err := run.Save(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(run.SetBest(1), base.SyncDir(".")); err != nil {
		t.Fatal(err)
	}
	// What a process leaves that dies between the two renamings of a
	// replacement, with an unfinished folder from earlier.
	interrupted := base.clone()
	err := errors.Join(
		interrupted.Rename("run/step-2", "run/.old-step-2"),
		WriteFS(interrupted, "run/.tmp-step-2", twoAgain),
		interrupted.Mkdir("run/.tmp-step-1"),
		interrupted.SyncDir("run"),
	)
	if err != nil {
		t.Fatal(err)
	}
	save := func(s *Snapshot) func(*Run) error {
		return func(r *Run) error {
			_, err := r.Save(s)
			return err
		}
	}

	for name, c := range map[string]struct {
		start *memFS
		act   func(*Run) error
		keep  int
		best  [][]byte // what Best may find afterwards
		last  [][]byte // what Latest may find afterwards
	}{
		"next step":                   {base, save(three), 0, [][]byte{m1}, [][]byte{m2, m3}},
		"next step, removing the old": {base, save(three), 1, [][]byte{m1}, [][]byte{m2, m3}},
		"same step":                   {base, save(twoAgain), 0, [][]byte{m1}, [][]byte{m2, m2Again}},
		"after an interruption":       {interrupted, save(three), 0, [][]byte{m1}, [][]byte{m2, m3}},
		"same, after an interruption": {interrupted, save(twoAgain), 0, [][]byte{m1}, [][]byte{m2, m2Again}},
		"mark best":                   {base, func(r *Run) error { return r.SetBest(2) }, 0, [][]byte{m1, m2}, [][]byte{m2}},
		"pin":                         {base, func(r *Run) error { return r.Pin(2) }, 0, [][]byte{m1}, [][]byte{m2}},
	} {
		t.Run(name, func(t *testing.T) {
			for m, modeName := range []string{"refused", "torn", "late", "dead", "outage"} {
				if testing.Short() && (mode(m) == torn || mode(m) == dead) {
					continue
				}
				for at := 1; ; at++ {
					disk := c.start.clone()
					f := &faulty{fs: disk, at: at, mode: mode(m)}
					err := c.act(&Run{Dir: "run", FS: f, Keep: c.keep})
					if !f.fired() {
						if err != nil {
							t.Fatalf("without any fault: %v", err)
						}
						break
					}
					where := fmt.Sprintf("%s at operation %d (%s)", modeName, at, f.trace[at-1])
					if !errors.Is(err, errInjected) {
						t.Errorf("%s: error %v hides the fault", where, err)
					}
					if mode(m) == outage {
						disk.losePower()
					}
					checkAfterFault(t, where, disk, c.best, c.last)
					latestIsNewest(t, where, disk)

					next := &Run{Dir: "run", FS: disk, Keep: 2}
					if _, err := next.Save(nine); err != nil {
						t.Errorf("%s: the next save fails: %v", where, err)
					}
					entries, err := disk.ReadDir("run")
					if err != nil {
						t.Fatal(err)
					}
					for _, e := range entries {
						if e.Name()[0] == '.' {
							t.Errorf("%s: left behind: %s", where, e.Name())
						}
					}
					checkAfterFault(t, where+", next save", disk, c.best, [][]byte{m9})
				}
			}
		})
	}
}

// latestIsNewest checks that a run goes on from its newest checkpoint.
func latestIsNewest(t *testing.T, where string, disk FS) {
	t.Helper()
	run := &Run{Dir: "run", FS: disk}
	dirs, err := run.dirs()
	if err != nil {
		t.Fatal(err)
	}
	if latest, err := run.Latest(); err != nil || latest != dirs[len(dirs)-1].path {
		t.Errorf("%s: the latest is %s, %v; the newest is %s", where, latest, err, dirs[len(dirs)-1].path)
	}
}

func checkAfterFault(t *testing.T, where string, disk FS, best, last [][]byte) {
	t.Helper()
	run := &Run{Dir: "run", FS: disk}
	for _, c := range []struct {
		resolve func() (string, error)
		want    [][]byte
	}{{run.Best, best}, {run.Latest, last}} {
		dir, err := c.resolve()
		if err == nil {
			err = same(disk, dir, c.want...)
		}
		if err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
	dirs, err := run.dirs()
	if err != nil || len(dirs) == 0 {
		t.Errorf("%s: checkpoints %v, %v", where, dirs, err)
	}
	for _, d := range dirs {
		if _, err := ReadFS(disk, d.path); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
}

// A checkpoint gets its name only when all of it is on the disk, and the name
// is on the disk before anything older is removed. The pointer to it comes before
// the name: in between, none of the older ones is taken for the latest while a
// later one is there.
func TestOrderOfOperations(t *testing.T) {
	f := &faulty{fs: newMemFS(), at: 1 << 30}
	run := &Run{Dir: "c", FS: f, Keep: 1}
	for step := 1; step <= 2; step++ {
		f.trace = nil
		if _, err := run.Save(sample(step)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, op := range f.trace {
		if !strings.HasPrefix(op, "write ") && !strings.HasPrefix(op, "read") && !strings.HasPrefix(op, "mkdir") {
			got = append(got, op)
		}
	}
	want := []string{"remove .tmp-step-2"}
	for _, file := range []string{weightsFile, emaFile, optimizerFile, normFile, stateFile, manifestFile} {
		want = append(want, "create "+file, "sync "+file, "close "+file)
	}
	want = append(want,
		"remove .tmp-latest", "create .tmp-latest", "sync .tmp-latest", "close .tmp-latest",
		"rename .tmp-latest latest", "syncdir c",
		"syncdir .tmp-step-2", "rename .tmp-step-2 step-2", "syncdir c", "remove .old-step-2",
		"rename step-1 .tmp-step-1", "remove .tmp-step-1",
	)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
