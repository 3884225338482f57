//go:build unix

package train

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/condmean/condmean/configs"
)

// folderLock keeps a second process out of a run's folder. The operating system
// gives it up when the process ends, however that happens.
type folderLock struct{ f *os.File }

func lockFolder(dir string) (*folderLock, error) {
	name := filepath.Join(dir, lockFile)
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return nil, configs.Usagef("a run writes to its folder, which cannot be written: %w", err)
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
			owner, _ := io.ReadAll(io.LimitReader(f, 32)) // helps only
			return nil, errors.Join(configs.Usagef("%s: process %s trains in this folder; wait for it or name another folder", dir, strings.TrimSpace(string(owner))), f.Close())
		} else if err != nil {
			return nil, errors.Join(fmt.Errorf("train: %s: cannot be locked: %w", name, err), f.Close())
		}
		// Another process may have removed the file since it was opened.
		held, err1 := f.Stat()
		there, err2 := os.Stat(name)
		if err1 != nil || err2 != nil || !os.SameFile(held, there) {
			if err := f.Close(); err != nil {
				return nil, fmt.Errorf("train: %w", err)
			}
			continue
		}
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err = errors.Join(err, f.Truncate(int64(len(strconv.Itoa(os.Getpid()))+1))); err != nil {
			return nil, errors.Join(fmt.Errorf("train: %w", err), f.Close())
		}
		return &folderLock{f}, nil
	}
}

// release removes the file and gives up the lock.
func (l *folderLock) release() error {
	if err := errors.Join(os.Remove(l.f.Name()), l.f.Close()); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}
