package data

import (
	"image"
	"io"

	"golang.org/x/image/draw"

	"github.com/condmean/condmean/internal/picture"
)

// imageShape is the form all images of a folder are brought into.
type imageShape struct{ channels, height, width int }

// pixels are the values of an image (C,H,W), in as many bits as its file has.
type pixels struct {
	shallow []byte   // of 8 bits; or
	deep    []uint16 // of 16
}

// bytes returns the memory that images of a header take as pixels.
func (s imageShape) bytes(h picture.Header) int64 {
	n := int64(s.channels) * int64(s.height) * int64(s.width)
	if h.Deep {
		n *= 2
	}
	return n
}

// unitInterval maps pixels to [0,1].
func (p pixels) unitInterval(dst []float32) {
	unitInterval(dst, p.shallow)
	for i, v := range p.deep {
		dst[i] = float32(v) / 0xffff
	}
}

// decodeImage reads an image into the form (C,H,W): the largest centred part of
// the right proportions of the upright image, resized. Transparent parts are
// black, and one channel is the luminance of ITU-R BT.601.
func decodeImage(r io.ReaderAt, size int64, h picture.Header, s imageShape) (pixels, error) {
	decoded, err := h.Decode(r, size)
	if err != nil {
		return pixels{}, err
	}
	m := decoded.Upright()
	from := centre(m.Bounds(), s.width, s.height)
	if from.Dx() != s.width || from.Dy() != s.height {
		to := image.NewRGBA64(image.Rect(0, 0, s.width, s.height))
		draw.CatmullRom.Scale(to, to.Rect, m, from, draw.Src, nil)
		m, from = to, to.Rect
	}
	n := s.width * s.height
	var p pixels
	var set func(i int, v uint32)
	if h.Deep {
		p.deep = make([]uint16, s.channels*n)
		set = func(i int, v uint32) { p.deep[i] = uint16(v) }
	} else {
		p.shallow = make([]byte, s.channels*n)
		set = func(i int, v uint32) { p.shallow[i] = toByte(v) }
	}
	for i := range n {
		c := m.RGBA64At(from.Min.X+i%s.width, from.Min.Y+i/s.width)
		red, green, blue := uint32(c.R), uint32(c.G), uint32(c.B)
		if s.channels == 1 {
			set(i, (299*red+587*green+114*blue+500)/1000)
			continue
		}
		set(i, red)
		set(n+i, green)
		set(2*n+i, blue)
	}
	return p, nil
}

// toByte rounds 16 bits to 8.
func toByte(v uint32) byte { return byte((v + 128) / 257) }

// centre returns the largest part of r in the middle of it that has the
// proportions width:height.
func centre(r image.Rectangle, width, height int) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if w*height > h*width {
		w = max((h*width+height/2)/height, 1)
	} else {
		h = max((w*height+width/2)/width, 1)
	}
	at := r.Min.Add(image.Pt((r.Dx()-w)/2, (r.Dy()-h)/2))
	return image.Rectangle{at, at.Add(image.Pt(w, h))}
}
