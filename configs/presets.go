package configs

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/condmean/condmean/internal/nearest"
	"github.com/condmean/condmean/internal/regular"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// maxFile bounds the size of a configuration, from a file or from metadata.
const maxFile = 1 << 20

// Preset is an embedded configuration.
type Preset struct {
	Name    string
	Summary string // first sentence of the head comment
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
		presets = append(presets, Preset{
			Name:    strings.TrimSuffix(path.Base(f), ".yaml"),
			Summary: summary(string(text)),
			Text:    string(text),
		})
	}
	slices.SortFunc(presets, func(a, b Preset) int { return strings.Compare(a.Name, b.Name) })
	return presets
}

// summary returns the first sentence of a head comment.
func summary(text string) string {
	var words []string
	for line := range strings.Lines(text) {
		line, comment := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !comment || line == "" {
			break
		}
		for _, word := range strings.Fields(line) {
			if words = append(words, word); strings.HasSuffix(word, ".") {
				return strings.Join(words, " ")
			}
		}
	}
	return strings.Join(words, " ")
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
		return Config{}, Usagef("%s: no file of this name, and no preset: %s%s", nameOrPath, strings.Join(names, ", "), nearest.Hint(nameOrPath, names))
	case err != nil:
		return Config{}, &UsageError{Err: err}
	}
	return parseOver(base, nameOrPath, text)
}
