package media

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"github.com/condmean/condmean/internal/picture"
)

const jpegQuality = 95

// form is how an image file stores its pixels.
type form struct {
	width, height int      // upright
	deep          bool     // 16 bits a channel, else 8
	grey          bool     // one channel in the file
	planes        int      // channels in Media.X: 1 if all pixels are grey
	alpha         []uint16 // of each pixel; nil if all are opaque
}

func decodeImage(r io.ReaderAt, size int64) (*Media, error) {
	p, err := picture.Decode(r, size)
	if err != nil {
		return nil, err
	}
	f := form{width: p.Width, height: p.Height, deep: p.Deep, grey: p.Grey}
	m := &Media{Kind: Image, X: f.read(p), Units: "images are read as 0 to 1"}
	m.Shape = []int{f.planes, f.height, f.width}
	switch {
	case p.Palette:
		m.Note = "the image has a palette, which cannot hold denoised colours: it is written without one"
	case p.CMYK:
		m.Note = "the image is CMYK, without a colour profile applied: it is denoised and written as RGB"
	}
	if m.own = ".jpg"; p.Format == picture.PNG {
		m.own = ".png"
	}
	m.encode, m.check = f.encode, f.check
	return m, nil
}

// read returns the planes of an image, from 0 to 1.
func (f *form) read(p *picture.Picture) []float64 {
	n := f.width * f.height
	if !p.Opaque() {
		f.alpha = make([]uint16, n)
	}
	f.planes = 1
	if !p.AllGrey() {
		f.planes = 3
	}
	v := make([]float64, f.planes*n)
	i := 0
	for y := range f.height {
		for x := range f.width {
			c := p.Straight(x, y)
			v[i] = float64(c.R) / math.MaxUint16
			if f.planes == 3 {
				v[n+i], v[2*n+i] = float64(c.G)/math.MaxUint16, float64(c.B)/math.MaxUint16
			}
			if f.alpha != nil {
				f.alpha[i] = c.A
			}
			i++
		}
	}
	return v
}

// check refuses what JPEG cannot hold.
func (f *form) check(ext string) error {
	switch {
	case ext == ".png":
	case f.deep:
		return errors.New("JPEG has 8 bits, the input has 16; name a .png file")
	case f.alpha != nil:
		return errors.New("JPEG has no transparency, the input has; name a .png file")
	}
	return nil
}

func (f *form) encode(to io.Writer, ext string, x []float64) error {
	img := f.image(x)
	if ext == ".png" {
		return png.Encode(to, img)
	}
	return jpeg.Encode(to, img, &jpeg.Options{Quality: jpegQuality})
}

// image returns planes in the form of the file; values are clipped to [0,1].
func (f *form) image(x []float64) image.Image {
	n, r := f.width*f.height, image.Rect(0, 0, f.width, f.height)
	var img draw.Image
	largest := 255.0
	if f.deep {
		largest = math.MaxUint16
	}
	switch grey := f.grey && f.alpha == nil; {
	case grey && f.deep:
		img = image.NewGray16(r)
	case grey:
		img = image.NewGray(r)
	case f.deep:
		img = image.NewNRGBA64(r)
	default:
		img = image.NewNRGBA(r)
	}
	level := func(v float64) uint16 {
		v = math.RoundToEven(min(max(v, 0), 1) * largest)
		return uint16(v * (math.MaxUint16 / largest))
	}
	for i := range n {
		c := color.NRGBA64{R: level(x[i]), A: math.MaxUint16}
		c.G, c.B = c.R, c.R
		if f.planes == 3 {
			c.G, c.B = level(x[n+i]), level(x[2*n+i])
		}
		if f.alpha != nil {
			c.A = f.alpha[i]
		}
		f.set(img, i, c)
	}
	return img
}

// set stores a pixel without multiplying it by its opacity.
func (f *form) set(img draw.Image, i int, c color.NRGBA64) {
	x, y := i%f.width, i/f.width
	switch img := img.(type) {
	case *image.Gray:
		img.SetGray(x, y, color.Gray{Y: uint8(c.R >> 8)})
	case *image.Gray16:
		img.SetGray16(x, y, color.Gray16{Y: c.R})
	case *image.NRGBA:
		img.SetNRGBA(x, y, color.NRGBA{R: uint8(c.R >> 8), G: uint8(c.G >> 8), B: uint8(c.B >> 8), A: uint8(c.A >> 8)})
	case *image.NRGBA64:
		img.SetNRGBA64(x, y, c)
	}
}
