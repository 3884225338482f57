package picture

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
)

// A field of a TIFF directory that is written: values of 2 bytes, of 4, or bytes.
type field struct {
	tag    uint16
	shorts []uint16
	long   uint32
	bytes  []byte
}

// encodeTIFF writes a TIFF of one strip, packed by DEFLATE after each value was
// replaced by its difference from the one to its left.
func (p *Raster) encodeTIFF(w io.Writer) error {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	bits, width := uint16(8), p.Width*p.Channels // values of a row
	if p.Deep {
		bits, width = 16, 2*width
	}
	for row := range slices.Chunk(p.Pix, width) {
		if _, err := z.Write(p.differences(row)); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	const start = 8
	if int64(packed.Len())+int64(len(p.Profile)) > math.MaxUint32-1<<10 {
		return errors.New("the picture does not fit a TIFF file")
	}
	const deflate, horizontal, straightAlpha = 8, 2, 2
	photometric := uint16(1) // black is 0
	if p.Channels > 2 {
		photometric = 2 // RGB
	}
	fields := []field{
		{tag: tagWidth, long: uint32(p.Width)}, {tag: tagHeight, long: uint32(p.Height)},
		{tag: tagBits, shorts: slices.Repeat([]uint16{bits}, p.Channels)},
		{tag: tagCompression, shorts: []uint16{deflate}}, {tag: tagPhotometric, shorts: []uint16{photometric}},
		{tag: tagStrip, long: start}, {tag: tagChannels, shorts: []uint16{uint16(p.Channels)}},
		{tag: tagRows, long: uint32(p.Height)}, {tag: tagStripBytes, long: uint32(packed.Len())},
		{tag: tagPredictor, shorts: []uint16{horizontal}},
	}
	if p.Channels%2 == 0 {
		fields = append(fields, field{tag: tagExtra, shorts: []uint16{straightAlpha}})
	}
	if p.Profile != nil {
		fields = append(fields, field{tag: tagProfile, bytes: p.Profile})
	}
	directory := uint32(start + packed.Len() + packed.Len()%2)
	b := binary.BigEndian.AppendUint32([]byte(tiffBig), directory)
	b = append(append(b, packed.Bytes()...), make([]byte, packed.Len()%2)...)
	_, err := w.Write(append(b, directoryOf(fields, directory)...))
	return err
}

// differences returns a row as the horizontal predictor leaves it.
func (p *Raster) differences(row []byte) []byte {
	out := slices.Clone(row)
	if !p.Deep {
		for i := len(row) - 1; i >= p.Channels; i-- {
			out[i] -= row[i-p.Channels]
		}
		return out
	}
	be := binary.BigEndian
	for i := len(row)/2 - 1; i >= p.Channels; i-- {
		be.PutUint16(out[2*i:], be.Uint16(row[2*i:])-be.Uint16(row[2*(i-p.Channels):]))
	}
	return out
}

// directoryOf returns a directory that lies at a place of the file, and what its
// fields need behind it.
func directoryOf(fields []field, at uint32) []byte {
	slices.SortFunc(fields, func(a, b field) int { return cmp.Compare(a.tag, b.tag) })
	be := binary.BigEndian
	b := be.AppendUint16(nil, uint16(len(fields)))
	behind := at + 2 + 12*uint32(len(fields)) + 4
	var rest []byte
	for _, f := range fields {
		kind, count, value := uint16(typeLong), 1, be.AppendUint32(nil, f.long)
		switch {
		case f.shorts != nil:
			kind, count, value = typeShort, len(f.shorts), nil
			for _, v := range f.shorts {
				value = be.AppendUint16(value, v)
			}
		case f.bytes != nil:
			kind, count, value = typeUndefined, len(f.bytes), f.bytes
		}
		b = be.AppendUint32(be.AppendUint16(be.AppendUint16(b, f.tag), kind), uint32(count))
		if len(value) <= 4 {
			b = append(append(b, value...), make([]byte, 4-len(value))...)
			continue
		}
		b = be.AppendUint32(b, behind+uint32(len(rest)))
		rest = append(append(rest, value...), make([]byte, len(value)%2)...)
	}
	return append(be.AppendUint32(b, 0), rest...)
}
