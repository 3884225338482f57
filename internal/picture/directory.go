package picture

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Types of values in a directory.
const (
	typeByte      = 1
	typeShort     = 3 // 16 bits
	typeLong      = 4 // 32 bits
	typeUndefined = 7
)

// directory is a list of tags and values, as TIFF files and EXIF blocks have.
type directory struct {
	r       io.ReaderAt
	size    int64
	order   binary.ByteOrder
	entries map[uint16]entry
	next    uint32 // where the next one is; 0: there is none, or it cannot be told
}

type entry struct {
	kind  uint16
	count uint32
	value [4]byte // of up to four bytes, else where they are
}

// readDirectory reads the first directory of a TIFF structure of the given size, as
// far as it can be read; false if it is none.
func readDirectory(r io.ReaderAt, size int64) (*directory, bool) {
	var b [8]byte
	if _, err := r.ReadAt(b[:], 0); err != nil && err != io.EOF {
		return nil, false
	}
	d := &directory{r: r, size: size}
	switch string(b[:4]) {
	case tiffLittle:
		d.order = binary.LittleEndian
	case tiffBig:
		d.order = binary.BigEndian
	default:
		return nil, false
	}
	return d.at(d.order.Uint32(b[4:]))
}

// at reads the directory at a place of the same structure.
func (d *directory) at(offset uint32) (*directory, bool) {
	at := int64(offset)
	if at < 8 || at > d.size-2 {
		return nil, false
	}
	next := &directory{r: d.r, size: d.size, order: d.order, entries: map[uint16]entry{}}
	from := bufio.NewReader(io.NewSectionReader(d.r, at, d.size-at))
	var b [12]byte
	if _, err := io.ReadFull(from, b[:2]); err != nil {
		return nil, false
	}
	for range d.order.Uint16(b[:2]) {
		if _, err := io.ReadFull(from, b[:]); err != nil {
			return next, true
		}
		tag := d.order.Uint16(b[:2])
		if _, there := next.entries[tag]; !there {
			next.entries[tag] = entry{kind: d.order.Uint16(b[2:]), count: d.order.Uint32(b[4:]), value: [4]byte(b[8:])}
		}
	}
	if _, err := io.ReadFull(from, b[:4]); err == nil {
		next.next = d.order.Uint32(b[:4])
	}
	return next, true
}

// number returns the first value of a tag; false if there is none that is a whole
// number.
func (d *directory) number(tag uint16) (uint32, bool) {
	e, ok := d.entries[tag]
	if !ok || e.count < 1 {
		return 0, false
	}
	value := e.value[:]
	switch e.kind {
	case typeShort:
		if e.count > 2 {
			if value = d.bytes(tag, 2); value == nil {
				return 0, false
			}
		}
		return uint32(d.order.Uint16(value)), true
	case typeLong:
		if e.count > 1 {
			if value = d.bytes(tag, 4); value == nil {
				return 0, false
			}
		}
		return d.order.Uint32(value), true
	}
	return 0, false
}

// bytes returns the first n bytes of the values of a tag that lie elsewhere; nil if
// they are not there.
func (d *directory) bytes(tag uint16, n int64) []byte {
	e := d.entries[tag]
	at := int64(d.order.Uint32(e.value[:]))
	if at > d.size-n {
		return nil
	}
	b := make([]byte, n)
	if k, err := d.r.ReadAt(b, at); int64(k) < n && err != nil {
		return nil
	}
	return b
}
