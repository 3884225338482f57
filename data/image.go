package data

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // decoders
	_ "image/png"
	"io"
	"os"

	"golang.org/x/image/draw"
)

// imageHeader is what an image's first bytes tell.
type imageHeader struct {
	width, height int
	grey          bool
}

// readImageHeader reads the header of a PNG or JPEG image of the given size in
// bytes. It refuses sizes that so few bytes cannot hold, before anything is
// decoded: both formats pack less than DEFLATE does at best.
func readImageHeader(r io.Reader, size int64) (imageHeader, error) {
	c, _, err := image.DecodeConfig(r)
	if err != nil {
		return imageHeader{}, fmt.Errorf("in the image header: %w", err)
	}
	if c.Width < 1 || c.Height < 1 {
		return imageHeader{}, fmt.Errorf("the image header has the size %d×%d", c.Width, c.Height)
	}
	if int64(c.Width) > (size*maxDeflate)/int64(c.Height) {
		return imageHeader{}, fmt.Errorf("the image header has the size %d×%d, which %d bytes cannot hold", c.Width, c.Height, size)
	}
	return imageHeader{c.Width, c.Height, isGrey(c.ColorModel)}, nil
}

func isGrey(m color.Model) bool {
	if p, ok := m.(color.Palette); ok {
		for _, c := range p {
			if r, g, b, _ := c.RGBA(); r != g || g != b {
				return false
			}
		}
		return true
	}
	return m == color.GrayModel || m == color.Gray16Model
}

// imageShape is the form all images of a folder are brought into.
type imageShape struct{ channels, height, width int }

// readImageFile decodes an image into dst (C,H,W): the largest centred part of
// the right proportions, resized. Transparent parts are black, and one channel
// is the luminance of ITU-R BT.601.
func readImageFile(path string, dst []byte, s imageShape) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	if err := decodeImage(b, dst, s); err != nil {
		return fmt.Errorf("data: %s: %w", path, err)
	}
	return nil
}

func decodeImage(b, dst []byte, s imageShape) error {
	if _, err := readImageHeader(bytes.NewReader(b), int64(len(b))); err != nil {
		return err
	}
	// The decoders read ahead; the counter tells about where they stopped.
	at := &counter{r: bytes.NewReader(b)}
	m, _, err := image.Decode(bufio.NewReader(at))
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("truncated at byte %d: %w", len(b), err)
		}
		return fmt.Errorf("before byte %d: %w", at.n, err)
	}
	from := centre(m.Bounds(), s.width, s.height)
	to := image.NewRGBA64(image.Rect(0, 0, s.width, s.height))
	if from.Size() == to.Rect.Size() {
		draw.Draw(to, to.Rect, m, from.Min, draw.Src)
	} else {
		draw.CatmullRom.Scale(to, to.Rect, m, from, draw.Src, nil)
	}
	n := s.width * s.height
	for i := range n {
		p := to.RGBA64At(i%s.width, i/s.width)
		if s.channels == 1 {
			dst[i] = toByte((299*uint32(p.R) + 587*uint32(p.G) + 114*uint32(p.B) + 500) / 1000)
			continue
		}
		dst[i], dst[n+i], dst[2*n+i] = toByte(uint32(p.R)), toByte(uint32(p.G)), toByte(uint32(p.B))
	}
	return nil
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
