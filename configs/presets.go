package configs

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/condmean/condmean/internal/regular"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// maxFile bounds the size of a configuration, from a file or from metadata.
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
func Load(nameOrPath string) (Config, error) { return LoadOver(Default(), nameOrPath) }

// LoadOver is Load over other settings than [Default], which change.
func LoadOver(base Config, nameOrPath string) (Config, error) {
	var names []string
	for _, p := range ListPresets() {
		if p.Name == nameOrPath {
			return parseOver(base, "preset "+p.Name, []byte(p.Text))
		}
		names = append(names, p.Name)
	}
	text, err := regular.ReadFile(nameOrPath, maxFile)
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
	return parseOver(base, nameOrPath, text)
}
