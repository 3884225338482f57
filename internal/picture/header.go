package picture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"github.com/condmean/condmean/internal/limit"
)

const (
	pngSignature  = "\x89PNG\r\n\x1a\n"
	jpegSignature = "\xff\xd8"
	maxDeflate    = 1032   // DEFLATE packs at most so many bytes into one
	jpegPerByte   = 8 * 64 // pixels: a bit at least for each block of 8×8
	pngHeaderSize = 8 + 8 + 13
)

// Format is that of a file.
type Format string

// The formats.
const (
	PNG  Format = "PNG"
	JPEG Format = "JPEG"
	TIFF Format = "TIFF"
	PNM  Format = "PNM" // PGM and PPM
)

// Extensions are those of the files' names.
var Extensions = map[Format][]string{PNG: {".png"}, JPEG: {".jpg", ".jpeg"}, TIFF: {".tif", ".tiff"}, PNM: {".pgm", ".ppm", ".pnm"}}

// AllExtensions lists them, those of PNG first.
func AllExtensions() []string {
	return slices.Concat(Extensions[PNG], Extensions[JPEG], Extensions[TIFF], Extensions[PNM])
}

// formats are told by the first bytes of a file.
var formats = []struct {
	begins func(b []byte) bool
	format Format
	read   func(r io.ReaderAt, size int64, start []byte) (Header, error)
}{
	{prefix(pngSignature), PNG, readPNGHeader},
	{prefix(jpegSignature), JPEG, readJPEGHeader},
	{prefix(tiffLittle, tiffBig), TIFF, readTIFFHeader},
	{prefix(bigTIFFLittle, bigTIFFBig), TIFF, readBigTIFF},
	{isPNM, PNM, readPNMHeader},
}

// prefix returns what tells whether bytes begin in one of some ways.
func prefix(with ...string) func(b []byte) bool {
	return func(b []byte) bool {
		return slices.ContainsFunc(with, func(w string) bool { return bytes.HasPrefix(b, []byte(w)) })
	}
}

// Recognise tells whether a file that begins with these bytes is a picture.
func Recognise(start []byte) bool {
	for _, f := range formats {
		if f.begins(start) {
			return true
		}
	}
	return false
}

// Header is what is known of a picture before its pixels are decoded.
type Header struct {
	Width, Height int  // as it is shown, upright
	Grey          bool // one channel of colour
	Deep          bool // 16 bits a channel, else 8 or fewer
	Palette       bool // colours are numbers of a palette
	CMYK          bool // colours are inks

	Format Format

	turn     orientation
	channels int // in the file, opacity among them
}

// Values returns how many values the picture decodes to.
func (h Header) Values() int64 { return int64(h.Width) * int64(h.Height) * int64(h.channels) }

// ReadHeader reads the header of a file of the given size in bytes.
// It refuses what so few bytes cannot hold, and what is more than the limit on
// decoded values.
func ReadHeader(r io.ReaderAt, size int64) (Header, error) {
	start := make([]byte, pngHeaderSize)
	n, err := r.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return Header{}, err
	}
	start = start[:n]
	for _, f := range formats {
		if f.begins(start) {
			h, err := f.read(r, size, start)
			h.Format = f.format
			return h, err
		}
	}
	return Header{}, errors.New("neither a PNG, JPEG, TIFF, PGM nor PPM image")
}

func buffered(r io.ReaderAt, size int64) io.Reader {
	return bufio.NewReader(io.NewSectionReader(r, 0, size))
}

func readPNGHeader(r io.ReaderAt, size int64, start []byte) (Header, error) {
	turn, err := pngOrientation(newCursor(r, size))
	if err != nil {
		return Header{}, err
	}
	c, err := png.DecodeConfig(buffered(r, size))
	if err != nil {
		return Header{}, fmt.Errorf("in the image header: %w", err)
	}
	h := Header{turn: turn, Width: c.Width, Height: c.Height}
	depth, kind := int64(start[24]), start[25]
	h.channels = map[byte]int{0: 1, 2: 3, 3: 3, 4: 2, 6: 4}[kind]
	h.Deep = depth == 16
	h.Grey = kind == 0 || kind == 4
	bits := depth * int64(h.channels)
	if p, ok := c.ColorModel.(color.Palette); ok {
		h.Palette, h.Grey, bits = true, isGrey(p), depth
	}
	// Rows of whole bytes, after one that names their filter.
	row := (int64(h.Width)*bits+7)/8 + 1
	if err := h.check(row <= size*maxDeflate/max(int64(h.Height), 1), size); err != nil {
		return Header{}, err
	}
	h.Width, h.Height = h.turn.size(h.Width, h.Height)
	return h, nil
}

func readJPEGHeader(r io.ReaderAt, size int64, _ []byte) (Header, error) {
	turn, err := jpegOrientation(newCursor(r, size))
	if err != nil {
		return Header{}, err
	}
	c, err := jpeg.DecodeConfig(buffered(r, size))
	if err != nil {
		return Header{}, fmt.Errorf("in the image header: %w", err)
	}
	h := Header{turn: turn, Width: c.Width, Height: c.Height, channels: 3}
	switch c.ColorModel {
	case color.GrayModel:
		h.Grey, h.channels = true, 1
	case color.CMYKModel:
		h.CMYK, h.channels = true, 4
	}
	if err := h.check(int64(h.Width) <= size*jpegPerByte/max(int64(h.Height), 1), size); err != nil {
		return Header{}, err
	}
	h.Width, h.Height = h.turn.size(h.Width, h.Height)
	return h, nil
}

// check refuses impossible sizes; fits tells whether the file's bytes can hold
// the pixels.
func (h Header) check(fits bool, size int64) error {
	if h.Width < 1 || h.Height < 1 {
		return fmt.Errorf("the image header has the size %d×%d", h.Width, h.Height)
	}
	if !fits {
		return fmt.Errorf("the image header has the size %d×%d, which %d bytes cannot hold", h.Width, h.Height, size)
	}
	return limit.Check("width, height and channels of the image", int64(h.Width), int64(h.Height), int64(h.channels))
}

func isGrey(p color.Palette) bool {
	for _, c := range p {
		if r, g, b, _ := c.RGBA(); r != g || g != b {
			return false
		}
	}
	return true
}
