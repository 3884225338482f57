package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// tiffOf returns a little-endian TIFF of one grey row of pixels and the fields given,
// by tag, in place of its own; zero leaves a field out.
func tiffOf(pixels []byte, width uint32, change map[uint16]uint32) []byte {
	le := binary.LittleEndian
	values := map[uint16]uint32{tagWidth: width, tagHeight: 1, tagBits: 8, tagCompression: 1, tagPhotometric: 1, tagStrip: 8, tagChannels: 1, tagRows: 1, tagStripBytes: uint32(len(pixels))}
	for tag, v := range change {
		if values[tag] = v; v == 0 {
			delete(values, tag)
		}
	}
	next := values[0]
	delete(values, 0)
	b := le.AppendUint32([]byte(tiffLittle), uint32(8+len(pixels)))
	b = append(b, pixels...)
	b = le.AppendUint16(b, uint16(len(values)))
	tags := make([]uint16, 0, len(values))
	for tag := range values {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, tag), typeLong), 1), values[tag])
	}
	return le.AppendUint32(b, next)
}

// TestTIFF: what other programs write, in all packings that the decoder knows.
func TestTIFF(t *testing.T) {
	img := image.NewNRGBA64(image.Rect(0, 0, 9, 5))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 37)
	}
	for _, o := range []*tiff.Options{nil, {Compression: tiff.Deflate}, {Compression: tiff.Deflate, Predictor: true}, {Compression: tiff.LZW}} {
		var b bytes.Buffer
		if err := tiff.Encode(&b, img, o); err != nil && o != nil && o.Compression == tiff.LZW {
			continue // which the library does not write
		} else if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if !p.Deep || p.Grey || p.Opaque() || p.channels != 4 {
			t.Errorf("%+v", p.Header)
		}
		for i := range 45 {
			if got, want := p.Straight(i%9, i/9), img.NRGBA64At(i%9, i/9); got != want {
				t.Errorf("pixel %d: %v, want %v", i, got, want)
			}
		}
	}
	// Colours that are multiplied by opacity are divided by it.
	multiplied := image.NewRGBA(image.Rect(0, 0, 1, 1))
	multiplied.SetRGBA(0, 0, color.RGBA{100, 50, 25, 128})
	var b bytes.Buffer
	if err := tiff.Encode(&b, multiplied, nil); err != nil {
		t.Fatal(err)
	}
	p, err := Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if c := p.Straight(0, 0); math.Abs(float64(c.R)/math.MaxUint16-100./128) > 1e-4 || c.A != 128*257 {
		t.Errorf("straight: %v", c)
	}
	// A tag turns the picture.
	file := tiffOf([]byte{1, 2}, 2, map[uint16]uint32{exifTagOrientation: 6})
	p, err = Decode(bytes.NewReader(file), int64(len(file)))
	if err != nil || p.Width != 1 || p.Height != 2 || p.Straight(0, 1).R != 2*257 {
		t.Errorf("turned: %+v, %v", p, err)
	}
	// Its own directory again is a second page, or a second thumbnail.
	file = tiffOf([]byte{7, 9}, 2, map[uint16]uint32{0: 10})
	if _, err := ReadHeader(bytes.NewReader(file), int64(len(file))); err == nil || !strings.Contains(err.Error(), "several pages") {
		t.Errorf("two pages: %v", err)
	}
	file = tiffOf([]byte{7, 9}, 2, map[uint16]uint32{0: 10, tagSubfile: reducedPage})
	if _, err := ReadHeader(bytes.NewReader(file), int64(len(file))); err != nil {
		t.Errorf("thumbnails: %v", err)
	}
}

// TestOtherTIFF: what is not read is refused by name, at once.
func TestOtherTIFF(t *testing.T) {
	two := []byte{1, 2}
	for want, file := range map[string][]byte{
		"floating-point samples (32 bits)":      tiffOf(make([]byte, 8), 2, map[uint16]uint32{tagFormat: 3, tagBits: 32}),
		"signed or complex samples (format 2)":  tiffOf(two, 2, map[uint16]uint32{tagFormat: 2}),
		"separate planes":                       tiffOf(two, 2, map[uint16]uint32{tagPlanar: 2, tagChannels: 3}),
		"reverse order":                         tiffOf(two, 2, map[uint16]uint32{tagFillOrder: 2}),
		"predictor 2":                           tiffOf(two, 2, map[uint16]uint32{tagPredictor: 2}),
		"grey or with a palette has 3 channels": tiffOf([]byte{1, 2, 3, 4, 5, 6}, 2, map[uint16]uint32{tagChannels: 3}),
		"BigTIFF is not supported":              []byte(bigTIFFLittle + "\x08\x00\x00\x00"),
		"BitsPerSample of 32":                   tiffOf(make([]byte, 8), 2, map[uint16]uint32{tagBits: 32}),
		"cannot hold":                           tiffOf(two, 1<<20, map[uint16]uint32{tagHeight: 1 << 10}),
		"limit of":                              tiffOf(two, 1<<20, map[uint16]uint32{tagHeight: 1 << 10, tagCompression: 4, tagBits: 1}),
		"directory is not there":                []byte(tiffLittle + "\xff\xff\xff\x7f"),
		"color model":                           tiffOf(two, 2, map[uint16]uint32{tagPhotometric: 5}),
		"zero-size":                             tiffOf(two, 2, map[uint16]uint32{tagHeight: 0}),
	} {
		_, err := Decode(bytes.NewReader(file), int64(len(file)))
		if err == nil || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	// Grey with opacity is written, though the decoder does not read it.
	var b bytes.Buffer
	if err := rasterOf(3, 2, 2, false).Encode(&b, TIFF); err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(bytes.NewReader(b.Bytes()), int64(b.Len())); err == nil || !strings.Contains(err.Error(), "extra samples") {
		t.Errorf("grey with opacity: %v", err)
	}
}

// TestAnimated: an animated PNG is refused, not taken for its first frame.
func TestAnimated(t *testing.T) {
	file := withChunk(encodePNG(image.NewGray(image.Rect(0, 0, 4, 4))), "acTL", make([]byte, 8), false)
	if _, err := ReadHeader(bytes.NewReader(file), int64(len(file))); err == nil || !strings.Contains(err.Error(), "animated") {
		t.Errorf("an animated PNG: %v", err)
	}
}
