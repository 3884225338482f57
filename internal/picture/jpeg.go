package picture

import (
	"encoding/binary"
	"fmt"
	"io"
)

// maxScans is how many scans a progressive JPEG may have. Encoders write about
// ten; each scan may pass over all of the picture for a few bytes of the file.
const maxScans = 100

const (
	markerSOF2 = 0xc2 // progressive
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
	exifPrefix = "Exif\x00\x00"
)

// jpegOrientation walks over the segments of a JPEG file. It returns the
// orientation, and an error if the file has more scans than any picture needs.
// Of other faults the decoder will tell.
func jpegOrientation(c *cursor) (o orientation, err error) {
	o = upright
	c.skip(int64(len(jpegSignature)))
	progressive, scans := false, 0
	for {
		marker, ok := nextMarker(c)
		if !ok || marker == markerEOI {
			return o, nil
		}
		b, ok := c.next(2)
		if !ok {
			return o, nil
		}
		n := int64(binary.BigEndian.Uint16(b)) - 2
		if n < 0 {
			return o, nil
		}
		switch marker {
		case markerSOF2:
			progressive = true
		case markerAPP1:
			if found, ok := exifSegment(c, n); ok && o == upright {
				o = found
			}
		case markerSOS:
			if scans++; scans > maxScans {
				return o, fmt.Errorf("the image has more than %d scans", maxScans)
			}
			if !progressive {
				return o, nil
			}
		}
		c.skip(n)
	}
}

// nextMarker finds the next marker of a segment, after whatever coded pixels.
func nextMarker(c *cursor) (byte, bool) {
	for {
		b, ok := c.readByte()
		if !ok {
			return 0, false
		}
		if b != 0xff {
			continue
		}
		for b == 0xff { // fill bytes
			if b, ok = c.readByte(); !ok {
				return 0, false
			}
		}
		if b != 0 && (b < markerRST0 || b > markerRST7) {
			return b, true
		}
	}
}

// exifSegment returns the orientation in a segment of n bytes, if it is EXIF.
func exifSegment(c *cursor, n int64) (orientation, bool) {
	r, n := c.section(n)
	prefix := make([]byte, len(exifPrefix))
	if _, err := r.ReadAt(prefix, 0); err != nil && err != io.EOF || string(prefix) != exifPrefix {
		return upright, false
	}
	n -= int64(len(prefix))
	return readOrientation(io.NewSectionReader(r, int64(len(prefix)), n), n), true
}
