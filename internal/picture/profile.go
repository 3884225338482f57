package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"math"
)

// maxProfile bounds an ICC profile, in bytes: printers' have some 2 MB.
const maxProfile = 16 << 20

const (
	profileName   = "ICC profile\x00\x00" // of an iCCP chunk, and its compression
	profilePrefix = "ICC_PROFILE\x00"     // of APP2 segments, before their number and how many there are
	markerAPP2    = 0xe2
)

// Profile returns the ICC profile in the file of which h is the header; nil if there
// is none, or none that can be understood: no picture is worse for a damaged one.
func (h Header) Profile(r io.ReaderAt, size int64) []byte {
	var p []byte
	switch h.Format {
	case PNG:
		p = readPNGProfile(newCursor(r, size))
	case JPEG:
		p = readJPEGProfile(newCursor(r, size))
	case TIFF:
		if d, ok := readDirectory(r, size); ok {
			if e := d.entries[tagProfile]; e.count > 4 && e.count <= maxProfile && (e.kind == typeUndefined || e.kind == typeByte) {
				p = d.bytes(tagProfile, int64(e.count))
			}
		}
	}
	if len(p) < profileHeader || int64(binary.BigEndian.Uint32(p)) != int64(len(p)) || string(p[36:40]) != "acsp" {
		return nil
	}
	return p
}

const profileHeader = 128 // bytes

// ProfileFits tells whether a profile is of grey, or of RGB, pictures.
func ProfileFits(p []byte, grey bool) bool {
	if grey {
		return string(p[16:20]) == "GRAY"
	}
	return string(p[16:20]) == "RGB "
}

// readPNGProfile finds the iCCP chunk, which is in front of the pixels.
func readPNGProfile(c *cursor) []byte {
	c.skip(int64(len(pngSignature)))
	for range maxChunks {
		b, ok := c.next(8)
		if !ok {
			return nil
		}
		n := int64(binary.BigEndian.Uint32(b))
		switch string(b[4:]) {
		case "iCCP":
			r, n := c.section(n)
			packed, err := io.ReadAll(io.NewSectionReader(r, 0, min(n, maxProfile)))
			_, body, ok := bytes.Cut(packed, []byte{0})
			if err != nil || !ok || len(body) < 1 || body[0] != 0 {
				return nil
			}
			z, err := zlib.NewReader(bytes.NewReader(body[1:]))
			if err != nil {
				return nil
			}
			p, err := io.ReadAll(io.LimitReader(z, maxProfile+1))
			if err != nil || len(p) > maxProfile {
				return nil
			}
			return p
		case "IDAT", "IEND":
			return nil
		}
		c.skip(n + 4)
	}
	return nil
}

// readJPEGProfile puts the APP2 segments together, which are numbered from 1 on.
func readJPEGProfile(c *cursor) []byte {
	var parts [256][]byte
	count := 0
	c.skip(int64(len(jpegSignature)))
	for {
		marker, ok := nextMarker(c)
		b, more := c.next(2)
		if !ok || !more || marker == markerEOI || marker == markerSOS {
			break
		}
		n := int64(binary.BigEndian.Uint16(b)) - 2
		if n < 0 {
			return nil
		}
		if marker == markerAPP2 {
			r, n := c.section(n)
			body, err := io.ReadAll(io.NewSectionReader(r, 0, n))
			if rest, ok := bytes.CutPrefix(body, []byte(profilePrefix)); err == nil && ok && len(rest) > 2 {
				parts[rest[0]], count = rest[2:], int(rest[1])
			}
		}
		c.skip(n)
	}
	var p []byte
	for i := 1; i <= count; i++ {
		if parts[i] == nil {
			return nil
		}
		p = append(p, parts[i]...)
	}
	return p
}

// pngProfile returns the chunk of a profile; nil without one.
func pngProfile(p []byte) []byte {
	if p == nil {
		return nil
	}
	packed := bytes.NewBufferString(profileName)
	z := zlib.NewWriter(packed)
	if _, err := z.Write(p); err != nil {
		panic(err) // not reached: a buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return pngChunk("iCCP", packed.Bytes())
}

// jpegProfile returns the segments of a profile; nil without one, or if it is larger
// than they can hold.
func jpegProfile(p []byte) []byte {
	const most = math.MaxUint16 - 2 - len(profilePrefix) - 2
	count := (len(p) + most - 1) / most
	if p == nil || count > math.MaxUint8 {
		return nil
	}
	var b []byte
	for i := range count {
		part := p[i*most : min((i+1)*most, len(p))]
		b = binary.BigEndian.AppendUint16(append(b, 0xff, markerAPP2), uint16(2+len(profilePrefix)+2+len(part)))
		b = append(append(b, profilePrefix...), byte(i+1), byte(count))
		b = append(b, part...)
	}
	return b
}
