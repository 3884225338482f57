// Package npy reads and writes the .npy format (NEP 1): magic, version, header
// length, a Python dict literal with descr, fortran_order and shape, then the
// elements. Headers are read apart from elements, so that arrays can be larger
// than memory; nothing in a header is trusted.
package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/foreign"
)

// Magic begins every .npy file.
const Magic = "\x93NUMPY"

const (
	maxRank   = 32
	maxHeader = 1 << 20 // NumPy itself asks before it reads more than 10,000 bytes
)

var (
	descrField   = regexp.MustCompile(`'descr'\s*:\s*('[^']*'|"[^"]*"|\[)`)
	fortranField = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shapeField   = regexp.MustCompile(`'shape'\s*:\s*\(([0-9L,\s]*)\)`)
)

// Header describes the elements of an array.
type Header struct {
	Shape   []int // empty for a scalar
	Element Element
	Fortran bool  // first axis fastest
	Offset  int64 // of the first element, bytes
}

// Count returns the number of elements, which fit into memory's address space.
func (h Header) Count() int { return dims.Count(h.Shape) }

// ReadHeader reads the header of an array that takes size bytes in all, and
// checks that its elements fill the rest exactly.
func ReadHeader(r io.Reader, size int64) (h Header, err error) {
	start := make([]byte, 12)
	if n, err := io.ReadFull(r, start[:10]); err != nil {
		return h, fmt.Errorf("not an .npy array: truncated at byte %d, within the header: %w", n, err)
	}
	if string(start[:6]) != Magic {
		return h, fmt.Errorf("not an .npy array: begins with bytes % x", start[:6])
	}
	var length int64
	switch start[6] {
	case 1:
		length, h.Offset = int64(binary.LittleEndian.Uint16(start[8:])), 10
	case 2, 3:
		if _, err := io.ReadFull(r, start[10:]); err != nil {
			return h, fmt.Errorf("truncated at byte 10, within the .npy header: %w", err)
		}
		length, h.Offset = int64(binary.LittleEndian.Uint32(start[8:])), 12
	default:
		return h, fmt.Errorf("byte 6: .npy version %d is not known", start[6])
	}
	if length > size-h.Offset {
		return h, fmt.Errorf("byte 8: a header of %d bytes does not fit the %d of the file, which is truncated", length, size)
	}
	if length > maxHeader {
		return h, fmt.Errorf("byte 8: a header of %d bytes, want at most %d", length, maxHeader)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, fmt.Errorf("truncated within the .npy header: %w", err)
	}
	at := h.Offset
	h.Offset += length
	if err := h.parse(text); err != nil {
		return h, fmt.Errorf("byte %d: %w", at, err)
	}
	n, ok := dims.CountWithin(h.Shape, math.MaxInt/8/h.Element.Size)
	if !ok {
		return h, fmt.Errorf("byte %d: shape %v is too large", at, h.Shape)
	}
	total := int64(n) * int64(h.Element.Size)
	if have := size - h.Offset; have != total {
		return h, fmt.Errorf("%s of shape %v needs %d bytes after byte %d, the file has %d", h.Element, h.Shape, total, h.Offset, have)
	}
	return h, nil
}

func (h *Header) parse(text []byte) error {
	descr, fortran, shape := descrField.FindSubmatch(text), fortranField.FindSubmatch(text), shapeField.FindSubmatch(text)
	if descr == nil || fortran == nil || shape == nil {
		return fmt.Errorf("malformed .npy header")
	}
	var err error
	if h.Element, err = parseElement(strings.Trim(string(descr[1]), `'"`)); err != nil {
		return err
	}
	h.Fortran = string(fortran[1]) == "True"
	for _, f := range strings.Split(string(shape[1]), ",") {
		f = strings.TrimSuffix(strings.TrimSpace(f), "L") // Python 2 wrote 3L
		if f == "" {
			continue
		}
		n, err := strconv.Atoi(f)
		if err != nil {
			return fmt.Errorf("the .npy header has the length %s of an axis, which is out of range", foreign.Quote(f))
		}
		h.Shape = append(h.Shape, n)
	}
	if len(h.Shape) > maxRank {
		return fmt.Errorf("an array of %d axes, want at most %d", len(h.Shape), maxRank)
	}
	return nil
}

// AppendHeader appends the header of version 1 of an array in row-major order,
// as NumPy writes it: padded so that the elements start at a multiple of 64 bytes.
func AppendHeader(b []byte, e Element, shape []int) ([]byte, error) {
	axes := make([]string, len(shape))
	for i, d := range shape {
		axes[i] = strconv.Itoa(d)
	}
	tuple := strings.Join(axes, ", ")
	if len(axes) == 1 {
		tuple += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", e.descr(), tuple)
	const prefix = len(Magic) + 2 + 2
	pad := (64 - (prefix+len(header)+1)%64) % 64
	header += strings.Repeat(" ", pad) + "\n"
	if len(header) > math.MaxUint16 {
		return nil, fmt.Errorf("%d dimensions are too many", len(shape))
	}
	b = append(b, Magic+"\x01\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(b, header...), nil
}
