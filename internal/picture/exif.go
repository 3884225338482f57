package picture

import (
	"bufio"
	"encoding/binary"
	"io"
)

const (
	exifTagOrientation = 0x0112
	exifShort          = 3 // 16 bits
	exifLong           = 4 // 32 bits
)

// readOrientation finds the orientation in an EXIF block of the given size: a
// TIFF header and the entries of its first directory. What cannot be understood
// says nothing, which is upright: no picture is worse for a damaged tag.
func readOrientation(r io.ReaderAt, size int64) orientation {
	var b [12]byte
	if _, err := r.ReadAt(b[:8], 0); err != nil && err != io.EOF {
		return upright
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	at := int64(order.Uint32(b[4:]))
	if at < 8 || at > size-2 {
		return upright
	}
	entries := bufio.NewReader(io.NewSectionReader(r, at, size-at))
	if _, err := io.ReadFull(entries, b[:2]); err != nil {
		return upright
	}
	for range order.Uint16(b[:2]) {
		if _, err := io.ReadFull(entries, b[:]); err != nil {
			return upright
		}
		if order.Uint16(b[:2]) != exifTagOrientation || order.Uint32(b[4:]) != 1 {
			continue
		}
		value := uint32(0)
		switch order.Uint16(b[2:]) {
		case exifShort:
			value = uint32(order.Uint16(b[8:]))
		case exifLong:
			value = order.Uint32(b[8:])
		}
		if value < 1 || value > 8 {
			return upright
		}
		return orientation(value)
	}
	return upright
}
