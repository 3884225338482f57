package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/eval/single"
	"github.com/condmean/condmean/internal/foreign"
)

// job is one file to denoise.
type job struct{ input, output string }

// jobs finds the files that the inputs mean: files, all that can be denoised of a
// folder, or what matches a pattern. many tells that there may be several, which go
// into a folder.
func jobs(inputs []string, output string) (list []job, many bool, err error) {
	var files []string
	for _, input := range inputs {
		found, several, err := expand(input)
		if err != nil {
			return nil, false, err
		}
		files, many = append(files, found...), many || several
	}
	many = many || len(inputs) > 1
	if !many {
		return []job{{files[0], within(output, files[0])}}, false, nil
	}
	if slices.Contains(files, single.Standard) {
		return nil, true, configs.Usagef("--input -: standard input is one file; give it alone")
	}
	if err := checkFolder(output); err != nil {
		return nil, true, err
	}
	from := map[string]string{}
	for _, file := range files {
		to := filepath.Join(output, filepath.Base(file))
		switch other, taken := from[to]; {
		case taken && (other == file || sameFile(other, file)):
			continue // a pattern and a folder may both have it, under two spellings
		case taken:
			return nil, true, configs.Usagef("--input: %s and %s would both become %s; denoise them into two folders", foreign.Name(other), foreign.Name(file), foreign.Name(to))
		case sameFile(file, to):
			return nil, true, configs.Usagef("--output: %s is the folder of the inputs, which would be replaced; name another one", foreign.Name(output))
		}
		from[to] = file
		list = append(list, job{file, to})
	}
	return list, true, nil
}

// expand returns the files that one input means, in order.
func expand(input string) (files []string, several bool, err error) {
	if input == single.Standard {
		return []string{input}, false, nil
	}
	info, err := os.Stat(input)
	switch {
	case err == nil && info.IsDir():
		entries, err := os.ReadDir(input)
		if err != nil {
			return nil, true, configs.Usagef("--input: %w", err)
		}
		for _, e := range entries {
			if isFile := e.Type().IsRegular() || e.Type()&fs.ModeSymlink != 0; isFile && media.KindOf(e.Name()) != "" && e.Name()[0] != '.' {
				files = append(files, filepath.Join(input, e.Name()))
			}
		}
		if files == nil {
			return nil, true, configs.Usagef("--input: the folder %s itself holds no %s file", foreign.Name(input), media.Known)
		}
		return files, true, nil
	case err == nil || !strings.ContainsAny(input, "*?["):
		return []string{input}, false, nil
	}
	matches, err := filepath.Glob(input)
	if err != nil {
		return nil, true, configs.Usagef("--input: %s: %w", foreign.Name(input), err)
	}
	for _, m := range matches {
		if info, err := os.Stat(m); err != nil || !info.IsDir() {
			files = append(files, m)
		}
	}
	if files == nil {
		return nil, true, configs.Usagef("--input: no file matches %s", foreign.Name(input))
	}
	return files, true, nil
}

// within returns the place of the one output: in a folder, where it names one.
func within(output, input string) string {
	if info, err := os.Stat(output); input != single.Standard && err == nil && info.IsDir() && media.KindOf(output) == "" {
		return filepath.Join(output, filepath.Base(input))
	}
	return output
}

// checkFolder refuses what cannot be the folder of several outputs.
func checkFolder(output string) error {
	info, err := os.Stat(output)
	switch {
	case output == single.Standard:
		return configs.Usagef("--output -: there may be several inputs; name a folder for the results")
	case err == nil && !info.IsDir(), err != nil && media.KindOf(output) != "":
		return configs.Usagef("--output: %s: there may be several inputs; name a folder for the results", foreign.Name(output))
	}
	return nil
}

// sameFile tells whether two names are of one file that is there.
func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}
