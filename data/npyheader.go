package data

import (
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// The .npy format (NEP 1): magic, version, header length, a Python dict literal
// with descr, fortran_order and shape, then the elements. Only the header is
// read here, so that arrays can be larger than memory.

const npyMagic = "\x93NUMPY"

var (
	npyDescr   = regexp.MustCompile(`'descr'\s*:\s*'([<>|=])([a-zA-Z])([0-9]{1,2})'`)
	npyFortran = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape'\s*:\s*\(([0-9L,\s]*)\)`)
)

// npyHeader describes the elements of an array.
type npyHeader struct {
	shape   []int
	element npyElement
	fortran bool  // first axis fastest
	offset  int64 // of the first element
}

// npyElement is a type of elements: b, i, u, f or c (complex), and its bytes.
type npyElement struct {
	kind  byte
	size  int
	order binary.ByteOrder
}

func (e npyElement) complex() bool { return e.kind == 'c' }

// readNPYHeader reads the header of an array of the given size in bytes, and
// checks that its elements fill the rest exactly.
func readNPYHeader(r io.Reader, size int64) (h npyHeader, err error) {
	start := make([]byte, 12)
	if n, err := io.ReadFull(r, start[:10]); err != nil {
		return h, fmt.Errorf("truncated at byte %d, within the .npy header: %w", n, err)
	}
	if string(start[:6]) != npyMagic {
		return h, fmt.Errorf("not an .npy array: begins with bytes % x", start[:6])
	}
	var length int64
	switch start[6] {
	case 1:
		length, h.offset = int64(binary.LittleEndian.Uint16(start[8:])), 10
	case 2, 3:
		if _, err := io.ReadFull(r, start[10:]); err != nil {
			return h, fmt.Errorf("truncated at byte 10, within the .npy header: %w", err)
		}
		length, h.offset = int64(binary.LittleEndian.Uint32(start[8:])), 12
	default:
		return h, fmt.Errorf("byte 6: .npy version %d is not known", start[6])
	}
	if length > size-h.offset {
		return h, fmt.Errorf("byte 8: a header of %d bytes does not fit the %d of the file", length, size)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, fmt.Errorf("truncated within the .npy header: %w", err)
	}
	at := h.offset
	h.offset += length
	if err := h.parse(text); err != nil {
		return h, fmt.Errorf("byte %d: %w", at, err)
	}
	total := int64(h.element.size)
	for _, n := range h.shape {
		if n > 0 && total > size/int64(n) {
			return h, fmt.Errorf("byte %d: shape %v holds more than the %d bytes of the file", at, h.shape, size)
		}
		total *= int64(n)
	}
	if have := size - h.offset; have != total {
		return h, fmt.Errorf("shape %v needs %d bytes after byte %d, the file has %d", h.shape, total, h.offset, have)
	}
	return h, nil
}

func (h *npyHeader) parse(text []byte) error {
	descr, fortran, shape := npyDescr.FindSubmatch(text), npyFortran.FindSubmatch(text), npyShape.FindSubmatch(text)
	if fortran == nil || shape == nil {
		return fmt.Errorf("malformed .npy header")
	}
	if descr == nil {
		return fmt.Errorf("want elements of a plain numeric type; Python objects and structures are never loaded")
	}
	size, err := strconv.Atoi(string(descr[3]))
	if err != nil {
		return err
	}
	h.element = npyElement{kind: descr[2][0], size: size, order: binary.LittleEndian}
	if descr[1][0] == '>' {
		h.element.order = binary.BigEndian
	}
	switch key := string(descr[2]) + string(descr[3]); key {
	case "b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16":
	default:
		return fmt.Errorf("element type %s is not supported; save it as float32 or complex64", key)
	}
	h.fortran = string(fortran[1]) == "True"
	for _, f := range strings.Split(string(shape[1]), ",") {
		f = strings.TrimSuffix(strings.TrimSpace(f), "L") // Python 2 wrote 3L
		if f == "" {
			continue
		}
		n, err := strconv.Atoi(f)
		if err != nil {
			return fmt.Errorf("shape (%s): %w", shape[1], err)
		}
		h.shape = append(h.shape, n)
	}
	if len(h.shape) > 32 {
		return fmt.Errorf("an array of %d axes", len(h.shape))
	}
	return nil
}
