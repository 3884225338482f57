package data

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
)

// findFiles returns the files below dir with one of the endings, sorted; dir
// may itself be one.
func findFiles(dir string, endings ...string) ([]string, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, configs.Usagef("data.dir: %w", err)
	}
	if !info.IsDir() {
		return []string{dir}, nil
	}
	var paths []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && path != dir { // hidden
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.IsDir() && slices.Contains(endings, strings.ToLower(filepath.Ext(path))) {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if len(paths) == 0 {
		return nil, configs.Usagef("data.dir: %s has no files named %s", dir, "*"+strings.Join(endings, ", *"))
	}
	slices.Sort(paths)
	return paths, nil
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
			return nil, nil, fmt.Errorf("%w; mend or remove the file, or set data.skip_bad to leave out such files", bad[i])
		}
		o.log.Warn("file left out", "error", bad[i])
	}
	if len(goodPaths) == 0 {
		return nil, nil, fmt.Errorf("data: %s: none of %d files can be read; the first: %w", o.c.Dir, skipped, bad[0])
	}
	return goodPaths, goodOf, nil
}

// splitByFolder sorts the samples of s into the splits that the first folder
// below dir of their file names. Those of file i are starts[i] to starts[i+1].
// They are all for training where no folder is named train.
func splitByFolder(dir string, paths []string, starts []int, s Source) splits {
	var index [3][]int
	for i, path := range paths {
		below, err := filepath.Rel(dir, path)
		if err != nil {
			continue // not reached: paths lie below dir
		}
		first, _, _ := strings.Cut(filepath.ToSlash(below), "/")
		for k, names := range splitNames {
			for at := starts[i]; slices.Contains(names, first) && at < starts[i+1]; at++ {
				index[k] = append(index[k], at)
			}
		}
	}
	if index[0] == nil {
		return splits{train: s}
	}
	var out splits
	for k, to := range []*Source{&out.train, &out.val, &out.test} {
		if index[k] != nil {
			*to = &subset{s, index[k]}
		}
	}
	return out
}
