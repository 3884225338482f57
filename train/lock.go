package train

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/filelock"
)

// folderLock keeps a second process out of a run's folder. The operating system
// gives it up when the process ends, however that happens.
type folderLock struct{ f *os.File }

// owner is what a lock file holds: the number of a process, or nothing yet.
var owner = regexp.MustCompile(`^([0-9]{1,20}\n)?$`)

func lockFolder(dir string) (*folderLock, error) {
	name := filepath.Join(dir, lockFile)
	for {
		f, err := openOwn(name, 0)
		if configs.IsUsage(err) {
			return nil, err
		} else if err != nil {
			return nil, fmt.Errorf("a run writes to its folder, which cannot be written: %w", err)
		}
		content, err := io.ReadAll(io.LimitReader(f, 32))
		if err == nil && !owner.Match(content) {
			err = configs.Usagef("%s: not the lock of a run; move it away", name)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		switch held, err := filelock.Try(f); {
		case errors.Is(err, errors.ErrUnsupported): // nobody can hold it
		case err != nil:
			return nil, errors.Join(fmt.Errorf("train: %s: cannot be locked: %w", name, err), f.Close())
		case !held:
			return nil, errors.Join(configs.Usagef("%s: process %s trains in this folder; wait for it or name another folder", dir, content[:max(len(content)-1, 0)]), f.Close())
		}
		l := &folderLock{f}
		if !l.held() { // another process has removed the file since it was opened
			if err := f.Close(); err != nil {
				return nil, fmt.Errorf("train: %w", err)
			}
			continue
		}
		pid := strconv.Itoa(os.Getpid()) + "\n"
		_, err = f.WriteAt([]byte(pid), 0)
		if err = errors.Join(err, f.Truncate(int64(len(pid)))); err != nil {
			return nil, errors.Join(fmt.Errorf("train: %w", err), f.Close())
		}
		return l, nil
	}
}

// held reports whether the lock's file is still in its place, as far as can be
// told. Where nothing is locked nothing is lost.
func (l *folderLock) held() bool { return l == nil || inPlace(l.f) }

// renew locks the folder that has taken the place of the one before.
func (l *folderLock) renew(dir string) error {
	next, err := lockFolder(dir)
	if err != nil {
		return err
	}
	old := l.f
	l.f = next.f
	return old.Close()
}

// release removes the file, if it is still in its place, and gives up the lock. Where
// files that are open cannot be removed, the file stays: whoever locks it next finds
// that nobody holds it.
func (l *folderLock) release() error {
	var err error
	if l.held() && runtime.GOOS != "windows" {
		if err = os.Remove(l.f.Name()); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err = errors.Join(err, l.f.Close()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}
