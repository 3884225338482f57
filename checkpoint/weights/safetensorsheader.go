package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"github.com/condmean/condmean/internal/foreign"
)

const metadataKey = "__metadata__"

// maxHeader bounds the header, which takes some 100 bytes a tensor.
const maxHeader = 16 << 20

// readHeader returns the entries of the header and where the data begin. It refuses,
// before the file is read, headers of unreasonable size, and by the tensor's name
// what is there twice or has too many dimensions, an element type that this package
// cannot read, or a shape that its offsets do not hold.
func readHeader(r io.ReaderAt, size int64) (header map[string]json.RawMessage, data int64, err error) {
	text, err := headerText(r, size)
	if err != nil {
		return nil, 0, err
	}
	header, err = distinctKeys(text)
	if err != nil {
		return nil, 0, fmt.Errorf("not a valid safetensors file: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	if meta, ok := header[metadataKey]; ok && bytes.HasPrefix(meta, []byte("{")) {
		if _, err := distinctKeys(meta); err != nil {
			return nil, 0, fmt.Errorf("not a valid safetensors file: %s: %s", metadataKey, foreign.Line(err.Error(), foreign.Limit))
		}
	}
	delete(header, metadataKey)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if err := checkEntry(name, header[name]); err != nil {
			return nil, 0, err
		}
	}
	return header, prefixBytes + int64(len(text)), nil
}

// prefixBytes hold the length of the header.
const prefixBytes = 8

// headerText reads the header, which its length precedes.
func headerText(r io.ReaderAt, size int64) ([]byte, error) {
	var prefix [prefixBytes]byte
	if _, err := r.ReadAt(prefix[:], 0); err != nil {
		return nil, errors.New("not a valid safetensors file: header too small")
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	switch {
	case n > maxHeader:
		return nil, fmt.Errorf("not a valid safetensors file: header too large: %d bytes, at most %d are expected", n, maxHeader)
	case n > uint64(size-prefixBytes):
		return nil, fmt.Errorf("not a valid safetensors file: header length of %d bytes in a file of %d", n, size)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, prefixBytes, int64(n)), text); err != nil {
		return nil, fmt.Errorf("the file is truncated: %w", err)
	}
	return text, nil
}

// distinctKeys parses a JSON object, in which no key may be there twice: readers
// differ in which one they take.
func distinctKeys(text []byte) (map[string]json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil || object == nil {
		return nil, err
	}
	seen := make(map[string]bool, len(object))
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil { // the brace
		return nil, err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok || seen[name] {
			return nil, fmt.Errorf("%s is there twice", foreign.Quote(name))
		}
		seen[name] = true
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// checkEntry checks what a header says of one tensor. Where its data lie among
// those of the others is left to the reader.
func checkEntry(name string, text json.RawMessage) error {
	var h struct {
		Type    string   `json:"dtype"`
		Shape   []int    `json:"shape"`
		Offsets []uint64 `json:"data_offsets"`
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return fmt.Errorf("not a valid safetensors file: tensor %s: %s", foreign.Name(name), foreign.Line(err.Error(), foreign.Limit))
	}
	if len(h.Shape) > maxRank {
		return fmt.Errorf("tensor %s: %d dimensions are too many", foreign.Name(name), len(h.Shape))
	}
	t, err := safetensors.ParseDType(h.Type)
	dtype, ok := safetensorsTypes[t]
	if err != nil || !ok {
		return Unread{Name: name, Type: h.Type, Numeric: true}
	}
	n, err := elements(h.Shape)
	switch {
	case err != nil:
		return fmt.Errorf("tensor %s: %w", brief(name), err)
	case len(h.Offsets) != 2 || h.Offsets[0] > h.Offsets[1]:
		return fmt.Errorf("tensor %s: its data offsets are no beginning and end", brief(name))
	case h.Offsets[1]-h.Offsets[0] != uint64(n)*uint64(dtype.Size()):
		return fmt.Errorf("tensor %s: %s of shape %v needs %d bytes, its data offsets have %d", brief(name), dtype, h.Shape, n*dtype.Size(), h.Offsets[1]-h.Offsets[0])
	}
	return nil
}
