package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/regular"
)

// journalFile keeps the finished parts of an evaluation in its output folder
// until the report is written.
const journalFile = "partial.json"

// maxJournal bounds the size of that file, in bytes.
const maxJournal = 1 << 28

// journalFormat changes with what the parts mean.
const journalFormat = 1

// journal keeps finished parts, so that an evaluation that was interrupted goes
// on where it was. A nil journal keeps nothing, and one without a path, as ranks other
// than 0 have, keeps it nowhere else.
type journal struct {
	path        string
	Fingerprint string                     `json:"fingerprint"` // of the request
	Parts       map[string]json.RawMessage `json:"parts"`
}

// openJournal reads the journal of a folder. Parts of another request, which has
// another fingerprint, are dropped; log says so, or how much is there.
func openJournal(dir, fingerprint string, log func(string)) (*journal, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, configs.Usagef("eval: %w", err)
	}
	j := &journal{path: filepath.Join(dir, journalFile)}
	text, err := regular.ReadFile(j.path, maxJournal)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("eval: %w", err)
	case json.Unmarshal(text, j) != nil:
		log(j.path + " cannot be read: starting anew")
		j.Parts = nil
	case j.Fingerprint != fingerprint:
		log(j.path + " holds parts of another request: starting anew")
		j.Parts = nil
	default:
		log(fmt.Sprintf("continuing with the %d parts in %s", len(j.Parts), j.path))
	}
	j.Fingerprint = fingerprint
	if j.Parts == nil {
		j.Parts = map[string]json.RawMessage{}
	}
	if err := atomicfile.Check(j.path); err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	return j, nil
}

// has tells whether a part is finished.
func (j *journal) has(key string) bool {
	return j != nil && j.Parts[key] != nil
}

// get reads a finished part into v, if it is there.
func (j *journal) get(key string, v any) bool {
	if j == nil {
		return false
	}
	text, ok := j.Parts[key]
	return ok && json.Unmarshal(text, v) == nil
}

// put keeps a finished part.
func (j *journal) put(key string, v any) error {
	if j == nil {
		return nil
	}
	part, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("eval: %s: %w", key, err)
	}
	if j.path == "" {
		return nil
	}
	j.Parts[key] = part
	text, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	if err := atomicfile.WriteOwn(j.path, text); err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	return nil
}

// remove ends the journal once the report is there.
func (j *journal) remove() error {
	if err := os.Remove(j.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("eval: %w", err)
	}
	return nil
}

// fingerprint returns a hash of all that the results of a request depend on,
// except for the number of threads.
func (r *Request) fingerprint(config, checkpoint string) (string, error) {
	var methods []string
	for _, m := range r.Methods {
		methods = append(methods, m.String())
	}
	text, err := json.Marshal([]any{journalFormat, config, checkpoint, r.Baselines, methods, r.SNRs, r.Sigmas, r.DataUnit, r.Denoiser.Clip(), r.Unscaled, r.Match, r.Start,
		r.Seed, r.Convention, len(r.Test), r.Examples, r.Studies})
	if err != nil {
		return "", fmt.Errorf("eval: %w", err)
	}
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:]), nil
}
