package configs

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// maxFile bounds the size of a configuration file.
const maxFile = 1 << 20

// Preset is an embedded configuration.
type Preset struct {
	Name    string
	Summary string // first line of the head comment
	Text    string // the whole file; its head states command, time and expected result
}

// ListPresets returns the embedded presets, sorted by name.
func ListPresets() []Preset {
	files, err := fs.Glob(presetFiles, "presets/*.yaml")
	if err != nil {
		panic(err) // the pattern is constant
	}
	presets := make([]Preset, 0, len(files))
	for _, f := range files {
		text, err := presetFiles.ReadFile(f)
		if err != nil {
			panic(err) // embedded
		}
		head, _, _ := strings.Cut(string(text), "\n")
		presets = append(presets, Preset{
			Name:    strings.TrimSuffix(path.Base(f), ".yaml"),
			Summary: strings.TrimSpace(strings.TrimPrefix(head, "#")),
			Text:    string(text),
		})
	}
	return presets
}

// Load reads a preset by name, or else a YAML file by path, over [Default].
// Presets win over files of the same name; write ./name for such a file.
func Load(nameOrPath string) (Config, error) {
	var names []string
	for _, p := range ListPresets() {
		if p.Name == nameOrPath {
			return Parse("preset "+p.Name, []byte(p.Text))
		}
		names = append(names, p.Name)
	}
	text, err := readFile(nameOrPath)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		hint := ""
		if near := nearest(nameOrPath, names); near != "" {
			hint = "did you mean " + near + "? "
		}
		return Config{}, Usagef("%s: no preset and no file of this name; %spresets: %s", nameOrPath, hint, strings.Join(names, ", "))
	case err != nil:
		return Config{}, &UsageError{Err: err}
	}
	return Parse(nameOrPath, text)
}

// readFile reads a configuration file of bounded size.
func readFile(name string) (text []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text, err = io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFile {
		return nil, Usagef("%s: larger than %d bytes; this is no configuration file", name, maxFile)
	}
	return text, nil
}
