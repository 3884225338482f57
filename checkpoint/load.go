package checkpoint

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
)

// Load resolves path for inference and reads the checkpoint found, whose folder it
// returns too. Its description is checked as in [Import]; weights that are not
// finite, or not those of the network that it describes, are refused.
func Load(path string) (*Snapshot, string, error) {
	dir, err := Resolve(path)
	if err != nil {
		return nil, "", err
	}
	s, err := Read(dir)
	if err != nil {
		return nil, "", err
	}
	if err := s.Vet(); err != nil {
		return nil, "", fmt.Errorf("checkpoint: %s: %w", dir, err)
	}
	return s, dir, nil
}

// Hash returns the SHA-256 of the manifest of a checkpoint folder, which holds
// those of all other files, or of the built-in weights that "builtin:NAME" means.
func Hash(dir string) (string, error) {
	if strings.HasPrefix(dir, builtinPrefix) {
		if sum, ok := hashBuiltin(dir); ok {
			return sum, nil
		}
	}
	b, err := OS{}.ReadFile(filepath.Join(dir, manifestFile), maxManifestBytes)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b)), nil
}
