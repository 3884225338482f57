package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/configs"
)

// A run writes into files of its own folder alone. In a folder that somebody
// else made, their names may be links that lead out of it, or pipes.

// checkOwn refuses a run folder whose files are not the run's own.
func checkOwn(dir string) error {
	for _, name := range []string{lockFile, ConfigFile, jsonlFile, csvFile, CheckpointsDir, SamplesDir, reportDir} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return configs.Usagef("--resume: %w", err)
		}
		folder := name == CheckpointsDir || name == SamplesDir || name == reportDir
		if folder && !info.IsDir() || !folder && !info.Mode().IsRegular() {
			return notOwn(filepath.Join(dir, name), folder)
		}
	}
	return nil
}

// openOwn opens a regular file of a run folder for reading and writing, and makes
// it if it is not there.
func openOwn(name string, flags int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|noFollow|flags, 0o666)
	if err != nil {
		if info, lerr := os.Lstat(name); lerr == nil && !info.Mode().IsRegular() {
			return nil, notOwn(name, false)
		}
		return nil, fmt.Errorf("train: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notOwn(name, false)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func notOwn(name string, folder bool) error {
	kind := "regular file"
	if folder {
		kind = "folder"
	}
	return configs.Usagef("%s: not a %s but perhaps a link; a run writes only into its own folder", name, kind)
}

// inPlace reports whether an open file still has its name. Where that cannot be
// told, as in a network's failure, it has.
func inPlace(f *os.File) bool {
	open, err := f.Stat()
	if err != nil {
		return true
	}
	there, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(open, there) || err != nil && !errors.Is(err, fs.ErrNotExist)
}
