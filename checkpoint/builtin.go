package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"path"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
)

// builtin are the weights that come with the program: .safetensors files as convert
// writes them, whose metadata tell settings, sample and normalisation. A path that
// names nothing on disk may be the name of one, with or without builtinPrefix.
//
//go:embed builtin/*.safetensors
var builtin embed.FS

const (
	builtinPrefix    = "builtin:"
	builtinFolder    = "builtin"
	builtinExtension = ".safetensors"
)

// Builtins returns the names of the built-in weights.
func Builtins() []string {
	entries, err := builtin.ReadDir(builtinFolder)
	if err != nil {
		panic(err) // embedded
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), builtinExtension)
	}
	return names
}

// readBuiltin returns the file of built-in weights; ok is false where the name is
// none.
func readBuiltin(name string) (file []byte, ok bool) {
	name = strings.TrimPrefix(name, builtinPrefix)
	for _, n := range Builtins() {
		if n == name {
			b, err := builtin.ReadFile(path.Join(builtinFolder, n+builtinExtension))
			if err != nil {
				panic(err) // embedded
			}
			return b, true
		}
	}
	return nil, false
}

func isBuiltin(name string) bool {
	_, ok := readBuiltin(name)
	return ok
}

// importBuiltin reads built-in weights; ok is false where the name is none.
func importBuiltin(name string) (im *Imported, ok bool, err error) {
	b, ok := readBuiltin(name)
	if !ok {
		return nil, false, nil
	}
	from := builtinPrefix + strings.TrimPrefix(name, builtinPrefix)
	var file weights.Contents
	if file.Arrays, file.Metadata, err = weights.ReadSafetensors(bytes.NewReader(b), int64(len(b))); err != nil {
		return nil, true, fmt.Errorf("%s: %w", from, err)
	}
	im, err = importContents(from, &file)
	return im, true, err
}

// hashBuiltin returns the SHA-256 of the file of built-in weights.
func hashBuiltin(name string) (sum string, ok bool) {
	b, ok := readBuiltin(name)
	return fmt.Sprintf("%x", sha256.Sum256(b)), ok
}
