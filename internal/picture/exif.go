package picture

import "io"

const exifTagOrientation = 0x0112

// readOrientation finds the orientation in an EXIF block of the given size: a
// TIFF header and the entries of its first directory. What cannot be understood
// says nothing, which is upright: no picture is worse for a damaged tag.
func readOrientation(r io.ReaderAt, size int64) orientation {
	d, ok := readDirectory(r, size)
	if !ok {
		return upright
	}
	return d.orientation()
}

func (d *directory) orientation() orientation {
	value, ok := d.number(exifTagOrientation)
	if !ok || d.entries[exifTagOrientation].count != 1 || value < 1 || value > 8 {
		return upright
	}
	return orientation(value)
}
