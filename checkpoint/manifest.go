package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// Version is the newest format version this package writes and reads. Older
// versions stay readable.
const Version = 1

const (
	manifestFile  = "manifest.json"
	weightsFile   = "weights.npz"
	emaFile       = "ema.npz"
	adaptersFile  = "adapters.npz"
	optimizerFile = "optimizer.npz"
	normFile      = "norm.npz"
	stateFile     = "state.json"

	formatName       = "condmean checkpoint"
	maxManifestBytes = 16 << 20
	maxStateBytes    = 64 << 20
)

// Manifest describes a checkpoint; see the package comment.
type Manifest struct {
	Format   string           `json:"format"`
	Version  int              `json:"version"`
	Program  string           `json:"program"`
	Step     int              `json:"step"`
	Counters map[string]int64 `json:"counters,omitempty"`
	// Sample is the shape (C,L) or (C,H,W) of one sample of the network.
	Sample []int `json:"sample,omitempty"`
	// Data is the fingerprint of the data set that the network was trained on.
	Data json.RawMessage `json:"data,omitempty"`
	// Origin is what writes a network of another library back, see pretrained.Origin.
	Origin json.RawMessage `json:"origin,omitempty"`
	// Normalization names the file with the data's statistics, if there is one.
	Normalization string `json:"normalization,omitempty"`
	// Recommended is the method that denoises best, where that is known.
	Recommended *Recommendation `json:"recommended,omitempty"`
	Config      string          `json:"config"`
	Files       []Part          `json:"files"`
}

// Part is a file of a checkpoint.
type Part struct {
	Name    string           `json:"name"`
	Size    int64            `json:"size"`
	SHA256  string           `json:"sha256"`
	Tensors map[string][]int `json:"tensors,omitempty"` // shapes by name
}

// The manifest covers every other file; its last field covers the manifest:
// the SHA-256 of all bytes in front of it.
const (
	checksumStart = ",\n \"manifest_sha256\": \""
	checksumEnd   = "\"\n}\n"
)

var (
	shapeNumber = regexp.MustCompile(`\n +(\d+)`)
	shapeEnd    = regexp.MustCompile(`(\d)\n +\]`)
)

// errVersion marks checkpoints of another format version, which are not damaged.
var errVersion = errors.New("format version")

// encode renders the manifest with its checksum.
func (m *Manifest) encode() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	// One line a shape. Strings hold no line breaks in JSON, so that nothing
	// else can match.
	b := shapeNumber.ReplaceAll(buf.Bytes(), []byte(" $1"))
	b = shapeEnd.ReplaceAll(b, []byte("$1 ]"))
	body := bytes.TrimSuffix(b, []byte("\n}\n"))
	sum := sha256.Sum256(body)
	return fmt.Appendf(body, "%s%x%s", checksumStart, sum, checksumEnd), nil
}

// decodeManifest verifies and parses what encode wrote.
func decodeManifest(b []byte) (*Manifest, error) {
	// The version comes first, so that a newer format is called by its name
	// whatever else it changed.
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, fmt.Errorf("not valid JSON: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	if head.Format != formatName {
		return nil, fmt.Errorf("not the manifest of a checkpoint (format %s)", foreign.Quote(head.Format))
	}
	if head.Version < 1 || head.Version > Version {
		return nil, fmt.Errorf("%w %d; this program reads versions 1 to %d", errVersion, head.Version, Version)
	}
	at := bytes.LastIndex(b, []byte(checksumStart))
	if at < 0 {
		return nil, fmt.Errorf("its checksum is missing")
	}
	want := bytes.TrimSuffix(b[at+len(checksumStart):], []byte(checksumEnd))
	sum := sha256.Sum256(b[:at])
	if string(want) != hex.EncodeToString(sum[:]) {
		return nil, fmt.Errorf("its checksum does not match")
	}
	m := new(Manifest)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, errors.New(foreign.Line(err.Error(), foreign.Limit))
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return m, nil
}

// check refuses manifests that name files this format does not have.
func (m *Manifest) check() error {
	seen := make(map[string]bool)
	for _, p := range m.Files {
		switch p.Name {
		case weightsFile, emaFile, adaptersFile, optimizerFile, normFile, stateFile:
		default:
			return fmt.Errorf("file %s has no place in a checkpoint", foreign.Quote(p.Name))
		}
		if seen[p.Name] {
			return fmt.Errorf("file %q is listed twice", p.Name)
		}
		if p.Size < 0 {
			return fmt.Errorf("file %q: negative size", p.Name)
		}
		seen[p.Name] = true
	}
	if !seen[weightsFile] {
		return fmt.Errorf("%s is not listed", weightsFile)
	}
	if m.Normalization != "" && (m.Normalization != normFile || !seen[normFile]) {
		return fmt.Errorf("normalization %s: want %s, and that it is listed", foreign.Quote(m.Normalization), normFile)
	}
	if m.Step < 0 {
		return fmt.Errorf("step %d is negative", m.Step)
	}
	if err := m.Recommended.check(); err != nil {
		return err
	}
	if m.Sample == nil {
		return nil
	}
	return configs.CheckSample(m.Sample)
}
