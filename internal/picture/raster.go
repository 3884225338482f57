package picture

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
)

const jpegQuality = 95

// Raster is a picture to be written.
type Raster struct {
	Width, Height int
	Channels      int    // 1 grey, 2 grey and opacity, 3 RGB, 4 RGB and opacity
	Deep          bool   // 16 bits a value, else 8
	Pix           []byte // rows of pixels of values, not multiplied by opacity, the high byte first
	Profile       []byte // ICC profile; nil: none
}

// Encode writes the picture. JPEG takes no opacity and 8 bits alone, PNM (PGM and PPM)
// no opacity and no profile.
func (p *Raster) Encode(w io.Writer, f Format) error {
	switch f {
	case PNG:
		return p.encodePNG(w)
	case JPEG:
		return jpeg.Encode(&inserter{w: w, at: len(jpegSignature), insert: jpegProfile(p.Profile)}, p.Image(), &jpeg.Options{Quality: jpegQuality})
	case TIFF:
		return p.encodeTIFF(w)
	case PNM:
		kind, largest := "P5", 255
		if p.Channels == 3 {
			kind = "P6"
		}
		if p.Deep {
			largest = 0xffff
		}
		if _, err := fmt.Fprintf(w, "%s\n%d %d\n%d\n", kind, p.Width, p.Height, largest); err != nil {
			return err
		}
		_, err := w.Write(p.Pix)
		return err
	}
	panic("picture: a format that there is not: " + string(f))
}

func (p *Raster) encodePNG(w io.Writer) error {
	w = &inserter{w: w, at: pngHeaderSize + 4, insert: pngProfile(p.Profile)} // behind the header and its checksum
	if p.Channels == 2 {                                                      // which the library does not write
		return p.encodeGreyAlpha(w)
	}
	return png.Encode(w, p.Image())
}

// Image returns the picture as an image, whose pixels may be p's.
func (p *Raster) Image() image.Image {
	r := image.Rect(0, 0, p.Width, p.Height)
	switch {
	case p.Channels == 1 && p.Deep:
		return &image.Gray16{Pix: p.Pix, Stride: 2 * p.Width, Rect: r}
	case p.Channels == 1:
		return &image.Gray{Pix: p.Pix, Stride: p.Width, Rect: r}
	case p.Channels == 4 && p.Deep:
		return &image.NRGBA64{Pix: p.Pix, Stride: 8 * p.Width, Rect: r}
	case p.Channels == 4:
		return &image.NRGBA{Pix: p.Pix, Stride: 4 * p.Width, Rect: r}
	}
	deep := image.NewNRGBA64(r)
	shallow := &image.NRGBA{}
	if !p.Deep {
		deep, shallow = nil, image.NewNRGBA(r)
	}
	for i := range p.Width * p.Height {
		c := p.pixel(i)
		if p.Deep {
			deep.SetNRGBA64(i%p.Width, i/p.Width, c)
		} else {
			shallow.SetNRGBA(i%p.Width, i/p.Width, color.NRGBA{R: uint8(c.R), G: uint8(c.G), B: uint8(c.B), A: uint8(c.A)})
		}
	}
	if p.Deep {
		return deep
	}
	return shallow
}

// pixel returns the values of pixel i, in as many bits as they have.
func (p *Raster) pixel(i int) color.NRGBA64 {
	at := func(c int) uint16 {
		k := i*p.Channels + c
		if p.Deep {
			return binary.BigEndian.Uint16(p.Pix[2*k:])
		}
		return uint16(p.Pix[k])
	}
	c := color.NRGBA64{R: at(0), A: 0xffff}
	c.G, c.B = c.R, c.R
	if p.Channels > 2 {
		c.G, c.B = at(1), at(2)
	}
	if p.Channels%2 == 0 {
		c.A = at(p.Channels - 1)
	}
	return c
}

// inserter puts bytes into what is written, at a place.
type inserter struct {
	w      io.Writer
	at     int // bytes until then
	insert []byte
}

func (i *inserter) Write(b []byte) (int, error) {
	n := 0
	if i.insert != nil && len(b) >= i.at {
		n = i.at
		for _, part := range [][]byte{b[:n], i.insert} {
			if _, err := i.w.Write(part); err != nil {
				return 0, err
			}
		}
		i.insert = nil
	}
	i.at -= len(b)
	k, err := i.w.Write(b[n:])
	return n + k, err
}
