package picture

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
)

// Picture is a decoded picture.
type Picture struct {
	Header
	stored  image.RGBA64Image // as the decoder gives it, from (0,0) on
	palette []color.NRGBA64
}

// Decode reads a file of the given size in bytes, after its header
// passed the checks of [ReadHeader].
func Decode(r io.ReaderAt, size int64) (*Picture, error) {
	h, err := ReadHeader(r, size)
	if err != nil {
		return nil, err
	}
	return h.Decode(r, size)
}

// Decode reads the picture of which h is the header.
func (h Header) Decode(r io.ReaderAt, size int64) (*Picture, error) {
	m, err := h.decode(r, size)
	if err != nil {
		return nil, err
	}
	stored, ok := m.(image.RGBA64Image)
	width, height := h.turn.size(h.Width, h.Height)
	if !ok || m.Bounds() != image.Rect(0, 0, width, height) {
		return nil, fmt.Errorf("the image is decoded as a %T of %v, not of %d×%d", m, m.Bounds(), width, height)
	}
	p := &Picture{Header: h, stored: stored}
	if m, ok := m.(*image.Paletted); ok {
		for _, c := range m.Palette {
			p.palette = append(p.palette, straight(c))
		}
	}
	return p, nil
}

func (h Header) decode(r io.ReaderAt, size int64) (image.Image, error) {
	decode := jpeg.Decode
	switch h.Format {
	case TIFF:
		return decodeTIFF(r, size)
	case PNM:
		return decodePNM(r, size)
	case PNG:
		decode = png.Decode
	}
	// The decoders read ahead; the counter tells about where they stopped.
	at := &counter{r: io.NewSectionReader(r, 0, size)}
	m, err := decode(bufio.NewReader(at))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("truncated at byte %d: %w", at.n, err)
	} else if err != nil {
		return nil, fmt.Errorf("before byte %d: %w", at.n, err)
	}
	return m, nil
}

// Upright returns the picture as it is shown, from (0,0) on. Where nothing had
// to be turned it is the decoder's own. Colours are multiplied by opacity.
func (p *Picture) Upright() image.RGBA64Image {
	if p.turn == upright {
		return p.stored
	}
	return &turned{p.stored, p.turn}
}

// Straight returns the pixel that is shown at column x and row y, its colours
// not multiplied by its opacity, in 16 bits.
func (p *Picture) Straight(x, y int) color.NRGBA64 {
	b := p.stored.Bounds()
	x, y = p.turn.stored(x, y, b.Dx(), b.Dy())
	switch m := p.stored.(type) {
	case *image.Paletted:
		return p.palette[m.ColorIndexAt(x, y)]
	case *image.NRGBA:
		return widen(m.NRGBAAt(x, y))
	case *image.NRGBA64:
		return m.NRGBA64At(x, y)
	}
	c := p.stored.RGBA64At(x, y)
	if c.A != math.MaxUint16 { // of a TIFF whose colours are multiplied by opacity
		return color.NRGBA64Model.Convert(c).(color.NRGBA64)
	}
	return color.NRGBA64(c)
}

// Opaque tells whether all pixels are.
func (p *Picture) Opaque() bool {
	m, ok := p.stored.(interface{ Opaque() bool })
	return ok && m.Opaque()
}

// AllGrey tells whether all pixels are grey, whatever the file's colours could
// be. It looks at the colours of transparent pixels too.
func (p *Picture) AllGrey() bool {
	switch p.stored.(type) {
	case *image.Gray, *image.Gray16:
		return true
	}
	for y := range p.Height {
		for x := range p.Width {
			if c := p.Straight(x, y); c.R != c.G || c.G != c.B {
				return false
			}
		}
	}
	return true
}

func straight(c color.Color) color.NRGBA64 {
	if c, ok := c.(color.NRGBA); ok {
		return widen(c)
	}
	return color.NRGBA64Model.Convert(c).(color.NRGBA64)
}

// widen makes 16 bits of 8: 255 becomes 65535.
func widen(c color.NRGBA) color.NRGBA64 {
	return color.NRGBA64{R: uint16(c.R) * 257, G: uint16(c.G) * 257, B: uint16(c.B) * 257, A: uint16(c.A) * 257}
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
