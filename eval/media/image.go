package media

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/condmean/condmean/internal/atomicfile"
)

const (
	jpegQuality = 95
	// maxPixelsPerByte is what PNG reaches at best: DEFLATE packs 1032 bytes
	// into one, of eight pixels each. JPEG stays far below.
	maxPixelsPerByte = 8 * 1032
)

// picture is how an image file stores its pixels.
type picture struct {
	width, height int
	deep          bool     // 16 bits a channel, else 8
	grey          bool     // one channel in the file
	planes        int      // channels in Media.X: 1 if all pixels are grey
	alpha         []uint16 // of each pixel; nil if all are opaque
}

func readImage(path string) (*Media, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func decode(b []byte) (*Media, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	if errors.Is(err, image.ErrFormat) {
		return nil, errors.New("neither a PNG nor a JPEG image")
	} else if err != nil {
		return nil, fmt.Errorf("in the image header: %w", err)
	}
	if c.Width < 1 || c.Height < 1 || int64(c.Width) > int64(len(b))*maxPixelsPerByte/int64(c.Height) {
		return nil, fmt.Errorf("the image header has the size %d×%d, which %d bytes cannot hold", c.Width, c.Height, len(b))
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("the image is truncated")
	} else if err != nil {
		return nil, err
	}
	p := picture{width: c.Width, height: c.Height}
	m := &Media{Kind: Image}
	switch img := img.(type) {
	case *image.Gray:
		p.grey = true
	case *image.Gray16:
		p.grey, p.deep = true, true
	case *image.RGBA64, *image.NRGBA64:
		p.deep = true
	case *image.Paletted:
		p.grey = isGrey(img.Palette)
		m.Note = "the image has a palette, which cannot hold denoised colours: it is written without one"
	case *image.CMYK:
		return nil, errors.New("the image is CMYK; convert it to RGB")
	}
	m.X = p.read(img)
	m.Shape = []int{p.planes, p.height, p.width}
	m.write = func(path string, x []float64) error { return p.write(path, x) }
	m.check = p.check
	return m, nil
}

func isGrey(p color.Palette) bool {
	for _, c := range p {
		if r, g, b, a := c.RGBA(); r != g || g != b || a != math.MaxUint16 {
			return false
		}
	}
	return true
}

// read returns the planes of an image, from 0 to 1.
func (p *picture) read(img image.Image) []float64 {
	n, at := p.width*p.height, img.Bounds().Min
	x := make([]float64, 3*n)
	alpha := make([]uint16, n)
	opaque, grey := true, true
	for i := range n {
		c := straight(img, at.X+i%p.width, at.Y+i/p.width)
		x[i], x[n+i], x[2*n+i] = float64(c.R)/math.MaxUint16, float64(c.G)/math.MaxUint16, float64(c.B)/math.MaxUint16
		alpha[i] = c.A
		opaque = opaque && c.A == math.MaxUint16
		grey = grey && c.R == c.G && c.G == c.B
	}
	if !opaque {
		p.alpha = alpha
	}
	p.planes = 3
	if grey {
		p.planes = 1
	}
	return x[:p.planes*n]
}

// straight returns a pixel whose colours are not multiplied by its opacity.
func straight(img image.Image, x, y int) color.NRGBA64 {
	switch c := img.At(x, y).(type) {
	case color.NRGBA:
		return color.NRGBA64{R: uint16(c.R) * 257, G: uint16(c.G) * 257, B: uint16(c.B) * 257, A: uint16(c.A) * 257}
	case color.NRGBA64:
		return c
	default:
		return color.NRGBA64Model.Convert(c).(color.NRGBA64)
	}
}

// check refuses what JPEG cannot hold.
func (p *picture) check(path string) error {
	if !isJPEG(path) {
		return nil
	}
	switch {
	case p.deep:
		return fmt.Errorf("%s: JPEG has 8 bits, the input has 16; name a .png file", path)
	case p.alpha != nil:
		return fmt.Errorf("%s: JPEG has no transparency, the input has; name a .png file", path)
	}
	return nil
}

func isJPEG(path string) bool { return strings.ToLower(filepath.Ext(path)) != ".png" }

func (p *picture) write(path string, x []float64) error {
	var b bytes.Buffer
	var err error
	if img := p.image(x); isJPEG(path) {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&b, img)
	}
	if err != nil {
		return err
	}
	return atomicfile.Write(path, b.Bytes())
}

// image returns planes in the form of the file; values are clipped to [0,1].
func (p *picture) image(x []float64) image.Image {
	n, r := p.width*p.height, image.Rect(0, 0, p.width, p.height)
	var img draw.Image
	largest := 255.0
	if p.deep {
		largest = math.MaxUint16
	}
	switch {
	case p.grey && p.deep:
		img = image.NewGray16(r)
	case p.grey:
		img = image.NewGray(r)
	case p.deep:
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
		if p.planes == 3 {
			c.G, c.B = level(x[n+i]), level(x[2*n+i])
		}
		if p.alpha != nil {
			c.A = p.alpha[i]
		}
		p.set(img, i, c)
	}
	return img
}

// set stores a pixel without multiplying it by its opacity.
func (p *picture) set(img draw.Image, i int, c color.NRGBA64) {
	x, y := i%p.width, i/p.width
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
