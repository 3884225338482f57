package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
)

// chunk returns a PNG chunk.
func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func ihdr(width, height uint32, depth, kind, interlace byte) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return chunk("IHDR", append(b, depth, kind, 0, 0, interlace))
}

// packed compresses n bytes of some value.
func packed(n int, value byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := z.Write(bytes.Repeat([]byte{value}, n))
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// pngOf returns a PNG file of chunks.
func pngOf(chunks ...[]byte) []byte {
	return slices.Concat([]byte(pngSignature), slices.Concat(chunks...), chunk("IEND", nil))
}

func encodePNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func encodeJPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// withChunk puts a chunk behind the header of a PNG file, or before its end.
func withChunk(file []byte, kind string, body []byte, late bool) []byte {
	at := 8 + 12 + 13
	if late {
		at = len(file) - 12
	}
	return slices.Insert(slices.Clone(file), at, chunk(kind, body)...)
}

// segment returns a segment of a JPEG file.
func segment(marker byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
}

// withSegment puts a segment at the start of a JPEG file.
func withSegment(file []byte, marker byte, body []byte) []byte {
	return slices.Insert(slices.Clone(file), 2, segment(marker, body)...)
}

// exif returns an EXIF block whose only entry is the orientation.
func exif(order binary.AppendByteOrder, value uint16) []byte {
	b := []byte("II*\x00")
	if order.String() == binary.BigEndian.String() {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(order.AppendUint16(b, exifTagOrientation), typeShort)
	b = order.AppendUint16(order.AppendUint32(b, 1), value)
	return order.AppendUint32(order.AppendUint16(b, 0), 0)
}

const sof0, sof1, sof2, dht, dqt, sos, dri = 0xc0, 0xc1, 0xc2, 0xc4, 0xdb, 0xda, 0xdd

// frameHeader returns the frame header of a JPEG file, components not subsampled.
func frameHeader(width, height uint16, components int) []byte {
	b := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, height), width)
	b = append(b, byte(components))
	for i := range components {
		b = append(b, byte(i+1), 0x11, 0)
	}
	return b
}

// oneCode is a Huffman table with a single code, the bit 0, for symbol 0.
func oneCode(class byte) []byte { return append(append([]byte{class << 4, 1}, make([]byte, 15)...), 0) }

// scan returns a scan of component 1 over one block, coded in the bit 0, of the
// coefficients first to last.
func scan(first, last byte) []byte {
	return append(segment(sos, []byte{1, 1, 0, first, last, 0}), 0x7f)
}

// progressive returns a grey progressive JPEG with a DC scan, if any, and n
// scans of all other coefficients.
func progressive(width, height uint16, dc bool, n int) []byte {
	b := slices.Concat([]byte(jpegSignature), segment(dqt, make([]byte, 65)), segment(sof2, frameHeader(width, height, 1)),
		segment(dht, oneCode(0)), segment(dht, oneCode(1)))
	if dc {
		b = append(b, scan(0, 0)...)
	}
	return slices.Concat(b, bytes.Repeat(scan(1, 63), n), []byte{0xff, markerEOI})
}
