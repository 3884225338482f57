package media

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/condmean/condmean/internal/picture"
)

// form is how an image file stores its pixels.
type form struct {
	width, height int      // upright
	deep          bool     // 16 bits a channel, else 8
	grey          bool     // one channel in the file, beside opacity
	planes        int      // channels in Media.X: 1 if all pixels are grey
	alpha         []uint16 // of each pixel; nil if all are opaque
	profile       []byte   // ICC
}

func decodeImage(r io.ReaderAt, size int64) (*Media, error) {
	p, err := picture.Decode(r, size)
	if err != nil {
		return nil, err
	}
	f := form{width: p.Width, height: p.Height, deep: p.Deep, grey: p.Grey, profile: p.Profile(r, size)}
	m := &Media{Kind: Image, X: f.read(p), Units: "images are read as 0 to 1", own: picture.Extensions[p.Format][0]}
	m.Shape = []int{f.planes, f.height, f.width}
	fits := f.profile == nil || picture.ProfileFits(f.profile, f.grey)
	switch {
	case p.Palette:
		m.Note = "the image has a palette, which cannot hold denoised colours: it is written without one"
	case p.CMYK:
		m.Note = "the image is CMYK, without a colour profile applied: it is denoised and written as RGB"
	case !fits:
		m.Note = "the image's colour profile is of other colours than its pixels: it is written without one"
	}
	if !fits {
		f.profile = nil
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

// formatOf returns the format of files of an extension.
func formatOf(ext string) picture.Format {
	for format, list := range picture.Extensions {
		if slices.Contains(list, ext) {
			return format
		}
	}
	panic("media: no picture has the extension " + ext)
}

// check refuses what a format cannot hold.
func (f *form) check(ext string) error {
	format := formatOf(ext)
	switch {
	case format == picture.JPEG && f.deep:
		return errors.New("JPEG has 8 bits, the input has 16; name a .png file")
	case f.alpha != nil && (format == picture.JPEG || format == picture.PNM):
		return fmt.Errorf("%s has no transparency, the input has; name a .png file", format)
	}
	return nil
}

// encode writes planes in the form of the file; values are clipped to [0,1].
func (f *form) encode(to io.Writer, ext string, x []float64) error {
	return f.raster(x).Encode(to, formatOf(ext))
}

func (f *form) raster(x []float64) *picture.Raster {
	n := f.width * f.height
	p := &picture.Raster{Width: f.width, Height: f.height, Channels: 3, Deep: f.deep, Profile: f.profile}
	largest := 255.0
	if f.deep {
		largest = math.MaxUint16
	}
	if f.grey {
		p.Channels = 1
	}
	if f.alpha != nil {
		p.Channels++
	}
	put := func(v uint16) {
		if f.deep {
			p.Pix = append(p.Pix, byte(v>>8))
		}
		p.Pix = append(p.Pix, byte(v))
	}
	p.Pix = make([]byte, 0, n*p.Channels*2)
	for i := range n {
		for c := range p.Channels {
			if f.alpha != nil && c == p.Channels-1 {
				a := f.alpha[i]
				if !f.deep {
					a >>= 8
				}
				put(a)
				continue
			}
			put(uint16(math.RoundToEven(min(max(x[i+c%f.planes*n], 0), 1) * largest)))
		}
	}
	return p
}
