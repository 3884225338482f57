package denoiser

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/internal/regular"
)

// Hash returns the SHA-256, in hexadecimal digits, of what identifies the weights:
// the manifest of a checkpoint, which holds the hashes of its other files, or the
// file of weights or of a mixture. It fails for a denoiser of New.
func (d *Denoiser) Hash() (string, error) {
	if d.source == "" {
		return "", errors.New("denoiser: it was not loaded from anywhere")
	}
	name := strings.TrimPrefix(d.source, ExactPrefix)
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return hashFile(name)
	}
	return checkpoint.Hash(d.source)
}

func hashFile(name string) (_ string, err error) {
	f, _, err := regular.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
