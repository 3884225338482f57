package data

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// findFiles returns the files below dir with one of the endings, sorted; dir
// may itself be one. Links are followed, hidden files are left out.
func findFiles(dir string, endings ...string) ([]string, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, configs.Usagef("data.dir: %w", err)
	}
	if !info.IsDir() {
		return []string{dir}, nil
	}
	f := finder{endings: endings}
	if err := f.walk(dir); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if len(f.paths) == 0 {
		return nil, configs.Usagef("data.dir: %s has no files named %s", foreign.Name(dir), "*"+strings.Join(endings, ", *"))
	}
	slices.Sort(f.paths)
	return f.paths, nil
}

// finder collects files with one of the endings.
type finder struct {
	endings []string
	paths   []string
	within  []string // folders that are being walked through, links resolved
}

func (f *finder) walk(dir string) error {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if slices.Contains(f.within, real) { // a link to a folder that it lies in
		return nil
	}
	f.within = append(f.within, real)
	defer func() { f.within = f.within[:len(f.within)-1] }()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		isDir := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(path)
			isDir = err == nil && info.IsDir() // a dangling link is found out when it is opened
		}
		if isDir {
			if err := f.walk(path); err != nil {
				return err
			}
		} else if slices.Contains(f.endings, strings.ToLower(filepath.Ext(path))) {
			f.paths = append(f.paths, path)
		}
	}
	return nil
}

// without leaves out the files that have an error, and what belongs to them, if
// data.skip_bad allows it; else it returns the first error.
func without[T any](o *opener, bad []error, paths []string, of []T) (goodPaths []string, goodOf []T, err error) {
	skipped := 0
	for i, path := range paths {
		if bad[i] == nil {
			goodPaths = append(goodPaths, path)
			if of != nil {
				goodOf = append(goodOf, of[i])
			}
			continue
		}
		skipped++
		if !o.c.SkipBad {
			return nil, nil, configs.Usagef("%w; mend or remove the file, or set data.skip_bad to leave out such files", bad[i])
		}
		o.log.Warn("file left out", "error", bad[i])
	}
	if len(goodPaths) == 0 {
		return nil, nil, configs.Usagef("data: %s: none of %d files can be read; the first: %w", foreign.Name(o.c.Dir), skipped, bad[0])
	}
	return goodPaths, goodOf, nil
}

// sameSize refuses a file that is no longer as long as when it was opened: what
// is read from it would be other data.
func sameSize(then, now int64) error {
	if then != now {
		return fmt.Errorf("the file has changed since the data set was opened: it had %d bytes, now it has %d", then, now)
	}
	return nil
}

// splitByFolder sorts the samples of s into the splits that the first folder
// below data.dir of their file names. Those of file i are starts[i] to
// starts[i+1]. They are all for training where no folder is named train; else
// what lies elsewhere is left out, which is logged.
func (o *opener) splitByFolder(paths []string, starts []int, s Source) splits {
	var index [3][]int
	var elsewhere []string
	for i, path := range paths {
		k := splitOf(o.c.Dir, path)
		if k < 0 {
			elsewhere = append(elsewhere, path)
			continue
		}
		for at := starts[i]; at < starts[i+1]; at++ {
			index[k] = append(index[k], at)
		}
	}
	if index[0] == nil {
		return splits{train: s}
	}
	if len(elsewhere) > 0 {
		o.log.Warn("files outside the folders train, val and test are left out", "files", len(elsewhere), "first", elsewhere[0])
	}
	var out splits
	for k, to := range []*Source{&out.train, &out.val, &out.test} {
		if index[k] != nil {
			*to = &subset{s, index[k]}
		}
	}
	return out
}

// splitOf returns the number of the split that the first folder of a path below
// dir names, or -1.
func splitOf(dir, path string) int {
	below, err := filepath.Rel(dir, path)
	if err != nil {
		return -1 // not reached: paths lie below dir
	}
	first, _, _ := strings.Cut(filepath.ToSlash(below), "/")
	return slices.IndexFunc(splitNames[:], func(names []string) bool { return slices.Contains(names, first) })
}
