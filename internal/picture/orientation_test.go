package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"
)

// sides says where EXIF has the first stored row and the first stored column.
var sides = [9][2]string{1: {"top", "left"}, 2: {"top", "right"}, 3: {"bottom", "right"}, 4: {"bottom", "left"},
	5: {"left", "top"}, 6: {"right", "top"}, 7: {"right", "bottom"}, 8: {"left", "bottom"}}

// shown returns where the pixel of a stored row and column is seen in a picture
// of width×height: as far from the sides as it is from the first row and column.
func shown(o, row, column, width, height int) (x, y int) {
	for i, distance := range [2]int{row, column} {
		switch sides[o][i] {
		case "left":
			x = distance
		case "right":
			x = width - 1 - distance
		case "top":
			y = distance
		case "bottom":
			y = height - 1 - distance
		}
	}
	return x, y
}

// Pictures with a tag are turned as the standard says: PNG with the tag before or
// behind the pixels, and JPEG, in both byte orders.
func TestOrientation(t *testing.T) {
	const w, h, block = 5, 3, 8 // blocks of a JPEG stay apart
	small, large := image.NewNRGBA(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, w*block, h*block))
	for i := range w * h {
		small.SetNRGBA(i%w, i/w, color.NRGBA{uint8(17 * i), uint8(i), 7, uint8(255 - i)})
	}
	for i := range w * h * block * block {
		x, y := i%(w*block), i/(w*block)
		large.SetGray(x, y, color.Gray{Y: uint8(17 * (x/block + w*(y/block)))})
	}
	for o := 1; o <= 8; o++ {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			tag := exif(order, uint16(o))
			for name, file := range map[string][]byte{
				"early": withChunk(encodePNG(small), "eXIf", tag, false), "late": withChunk(encodePNG(small), "eXIf", tag, true),
				"jpeg": withSegment(encodeJPEG(large), markerAPP1, append([]byte(exifPrefix), tag...)),
			} {
				p, err := Decode(bytes.NewReader(file), int64(len(file)))
				if err != nil {
					t.Fatal(err)
				}
				scale, width, height := 1, w, h
				if name == "jpeg" {
					scale = block
				}
				if o >= 5 {
					width, height = h, w
				}
				if b := p.Upright().Bounds(); p.Width != scale*width || p.Height != scale*height || b != image.Rect(0, 0, p.Width, p.Height) {
					t.Fatalf("%s, orientation %d: %d×%d, bounds %v", name, o, p.Width, p.Height, b)
				}
				for i := range w * h {
					x, y := shown(o, i/w, i%w, width, height)
					c, r := p.Straight(scale*x, scale*y), p.Upright().RGBA64At(scale*x, scale*y)
					if name == "jpeg" {
						if d := int(c.R>>8) - 17*i; d < -2 || d > 2 || r.R != c.R {
							t.Errorf("%s, orientation %d: block %d is seen as %v, %v", name, o, i, c, r)
						}
						continue
					}
					want := small.NRGBAAt(i%w, i/w)
					if c != widen(want) || r != color.RGBA64Model.Convert(want) {
						t.Errorf("%s, orientation %d: pixel %d is seen as %v, %v, want %v", name, o, i, c, r, want)
					}
				}
			}
		}
	}
}

// What is no orientation turns nothing, and is no error.
func TestDamagedEXIF(t *testing.T) {
	good := exif(binary.LittleEndian, 6)
	change := func(at int, b ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[at:], b)
		return out
	}
	long := change(12, 4)
	for name, c := range map[string]struct {
		b    []byte
		want orientation
	}{
		"good": {good, 6}, "long": {long, 6}, "cut behind the value": {good[:22], 6},
		"empty": {nil, 1}, "letters": {[]byte("II"), 1}, "no TIFF": {change(0, 'X'), 1}, "mixed order": {change(0, 'M', 'M'), 1},
		"offset 0": {change(4, 0), 1}, "offset at the end": {change(4, byte(len(good)-1)), 1}, "offset 2^32": {change(4, 0xff, 0xff, 0xff, 0xff), 1},
		"many entries": {change(8, 0xff, 0xff), 6}, "no entries": {change(8, 0), 1}, "many entries, none right": {change(8, 0xff, 0xff, 0x13), 1},
		"value 0": {change(18, 0), 1}, "value 9": {change(18, 9), 1}, "value 262": {change(18, 6, 1), 1}, "two values": {change(14, 2), 1}, "text": {change(12, 2), 1},
		"cut": {good[:20], 1},
	} {
		if got := readOrientation(bytes.NewReader(c.b), int64(len(c.b))); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func FuzzEXIF(f *testing.F) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for o := range uint16(10) {
			f.Add(exif(order, o))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if o := readOrientation(bytes.NewReader(b), int64(len(b))); o < 1 || o > 8 {
			t.Errorf("orientation %d", o)
		}
	})
}
