package picture

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"

	"golang.org/x/image/tiff"
)

const (
	tiffLittle    = "II*\x00"
	tiffBig       = "MM\x00*"
	bigTIFFLittle = "II+\x00"
	bigTIFFBig    = "MM\x00+"
)

// Tags of TIFF files.
const (
	tagSubfile     = 254
	tagWidth       = 256
	tagHeight      = 257
	tagBits        = 258
	tagCompression = 259
	tagPhotometric = 262
	tagFillOrder   = 266
	tagStrip       = 273
	tagChannels    = 277
	tagRows        = 278
	tagStripBytes  = 279
	tagPlanar      = 284
	tagPredictor   = 317
	tagExtra       = 338
	tagFormat      = 339
	tagProfile     = 34675
)

const (
	reducedPage = 1    // a bit of tagSubfile: a thumbnail
	maxPages    = 1000 // directories that are looked at
	maxLZW      = 4096 // bytes that LZW, or DEFLATE, packs into one, at most
)

// readTIFFHeader refuses what the decoder cannot read, or would read but a part of.
func readTIFFHeader(r io.ReaderAt, size int64, _ []byte) (Header, error) {
	d, ok := readDirectory(r, size)
	if !ok {
		return Header{}, errors.New("in the image header: the TIFF directory is not there")
	}
	if n := d.pages(); n > 1 {
		return Header{}, errors.New("the TIFF file has several pages; split it into files of one each, or make an .npy array of it")
	}
	bits, _ := d.number(tagBits)
	switch format, given := d.number(tagFormat); {
	case given && format == 3:
		return Header{}, fmt.Errorf("TIFF with floating-point samples (%d bits) is not supported; write it with 8 or 16 bits, or as an .npy array", bits)
	case given && format != 1 && format != 4: // 4: of no known meaning
		return Header{}, fmt.Errorf("TIFF with signed or complex samples (format %d) is not supported; write it with 8 or 16 bits, or as an .npy array", format)
	}
	if planar, ok := d.number(tagPlanar); ok && planar != 1 {
		if channels, ok := d.number(tagChannels); ok && channels != 1 {
			return Header{}, errors.New("TIFF with its channels in separate planes is not supported; write it with interleaved ones")
		}
	}
	// The decoder passes over the order of bits outside the fax formats, and undoes
	// differences in formats that have none.
	compression, given := d.number(tagCompression)
	fax := given && compression >= 2 && compression <= 4
	if order, ok := d.number(tagFillOrder); ok && order == 2 && !fax {
		return Header{}, errors.New("TIFF with the bits of each byte in reverse order is not supported; write it with FillOrder 1")
	}
	if predictor, ok := d.number(tagPredictor); ok && predictor != 1 && compression != 5 && compression != 8 && compression != 32946 {
		return Header{}, fmt.Errorf("TIFF with predictor %d, which its compression does not have, is not supported; write it without", predictor)
	}
	c, err := tiff.DecodeConfig(io.NewSectionReader(r, 0, size))
	if err != nil {
		return Header{}, fmt.Errorf("in the image header: %w", err)
	}
	h := Header{turn: d.orientation(), Width: c.Width, Height: c.Height, Deep: bits == 16, channels: 3}
	switch model := c.ColorModel.(type) {
	case color.Palette:
		h.Palette, h.Grey = true, isGrey(model)
	default:
		switch model {
		case color.GrayModel, color.Gray16Model:
			h.Grey, h.channels = true, 1
		default:
			if n, ok := d.number(tagChannels); ok && n == 4 {
				h.channels = 4
			}
		}
	}
	if n, ok := d.number(tagChannels); ok && n != 1 && (h.Palette || h.Grey) {
		return Header{}, fmt.Errorf("in the image header: TIFF of grey or with a palette has %d channels, want 1", n)
	}
	// Rows of the fax formats may be a bit each.
	bytes := int64(h.Width) * int64(h.channels) * int64(max(bits, 1)) / 8
	if err := h.check(fax || bytes <= size*maxLZW/max(int64(h.Height), 1), size); err != nil {
		return Header{}, err
	}
	h.Width, h.Height = h.turn.size(h.Width, h.Height)
	return h, nil
}

// pages counts the pictures in the file that are no thumbnails, up to two.
func (d *directory) pages() int {
	n := 0
	for range maxPages {
		if kind, _ := d.number(tagSubfile); kind&reducedPage == 0 {
			if n++; n > 1 {
				return n
			}
		}
		next, ok := d.at(d.next)
		if d.next == 0 || !ok {
			return n
		}
		d = next
	}
	return n
}

func decodeTIFF(r io.ReaderAt, size int64) (image.Image, error) {
	return tiff.Decode(io.NewSectionReader(r, 0, size))
}

func readBigTIFF(io.ReaderAt, int64, []byte) (Header, error) {
	return Header{}, errors.New("BigTIFF is not supported; write it as TIFF")
}
