package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/condmean/condmean/internal/limit"
)

// hostile are pictures that must be refused, with a part of the message.
func hostile() map[string]struct {
	file []byte
	want string
} {
	type c = struct {
		file []byte
		want string
	}
	const giga = 1 << 30
	grey, photo := encodePNG(image.NewGray(image.Rect(0, 0, 40, 30))), encodeJPEG(image.NewRGBA(image.Rect(0, 0, 40, 30)))
	flip := func(b []byte, at int) []byte {
		b = bytes.Clone(b)
		b[at] ^= 0xff
		return b
	}
	table := chunk("PLTE", []byte{0, 0, 0, 255, 255, 255})
	soi := []byte(jpegSignature)
	scanOf := func(components byte) []byte { return segment(sos, []byte{components, 1, 0, 0, 63, 0}) }
	jpegOf := func(parts ...[]byte) []byte {
		return slices.Concat(soi, slices.Concat(parts...), []byte{0xff, markerEOI})
	}
	full := frameHeader(65500, 65500, 3)
	all := map[string]c{
		"empty":     {nil, "neither"},
		"GIF":       {[]byte("GIF89a\x01\x00\x01\x00"), "neither"},
		"text":      {[]byte("hello, world\n\x1b[2J"), "neither"},
		"signature": {[]byte(pngSignature), "in the image header"},

		"2^30 wide":      {pngOf(ihdr(giga, giga, 8, 6, 0), chunk("IDAT", packed(9, 0))), "dimension overflow"},
		"2^31 wide":      {pngOf(ihdr(1<<31, 1, 8, 0, 0)), "in the image header"},
		"width 0":        {pngOf(ihdr(0, 5, 8, 0, 0)), "in the image header"},
		"bytes":          {pngOf(ihdr(50000, 50000, 8, 0, 0), chunk("IDAT", packed(9, 0))), "cannot hold"},
		"bytes of bits":  {pngOf(ihdr(1<<20, 1<<10, 1, 0, 0), chunk("IDAT", packed(9, 0))), "cannot hold"},
		"column":         {pngOf(ihdr(1, 1<<30, 1, 0, 0), chunk("IDAT", packed(9, 0))), "cannot hold"},
		"row":            {pngOf(ihdr(1<<30, 1, 16, 0, 0), chunk("IDAT", packed(9, 0))), "cannot hold"},
		"short pixels":   {pngOf(ihdr(200, 200, 8, 0, 0), chunk("IDAT", packed(1000, 0))), "not enough pixel data"},
		"deep and short": {pngOf(ihdr(80, 80, 16, 6, 0), chunk("IDAT", packed(1000, 0))), "not enough pixel data"},
		"interlaced":     {pngOf(ihdr(100, 100, 16, 6, 1), chunk("IDAT", packed(2000, 0))), "not enough pixel data"},
		"much":           {pngOf(ihdr(4, 4, 8, 0, 0), chunk("IDAT", packed(1<<24, 0))), "too much pixel data"},
		"filter":         {pngOf(ihdr(4, 4, 8, 0, 0), chunk("IDAT", packed(20, 9))), "bad filter"},
		"no palette":     {pngOf(ihdr(4, 4, 8, 3, 0), chunk("IDAT", packed(20, 0))), "chunk out of order"},
		"palette of 1/3": {pngOf(ihdr(4, 4, 8, 3, 0), chunk("PLTE", []byte{1})), "bad PLTE"},
		"large palette":  {pngOf(ihdr(4, 4, 1, 3, 0), chunk("PLTE", make([]byte, 3*257))), "bad PLTE"},
		"two palettes":   {pngOf(ihdr(4, 4, 8, 3, 0), table, table), "chunk out of order"},
		"opacity":        {pngOf(ihdr(4, 4, 8, 3, 0), table, chunk("tRNS", make([]byte, 300))), "bad tRNS"},
		"depth 3":        {pngOf(ihdr(4, 4, 3, 0, 0)), "bit depth"},
		"kind 5":         {pngOf(ihdr(4, 4, 8, 5, 0)), "color type"},
		"method":         {pngOf(ihdr(4, 4, 8, 0, 7)), "interlace"},
		"no pixels":      {pngOf(ihdr(4, 4, 8, 0, 0)), "chunk out of order"},
		"two headers":    {pngOf(ihdr(4, 4, 8, 0, 0), ihdr(4000, 4000, 8, 0, 0)), "chunk out of order"},
		"checksum":       {flip(grey, 30), "checksum"},
		"zlib":           {pngOf(ihdr(4, 4, 8, 0, 0), chunk("IDAT", []byte{1, 2, 3})), "zlib"},
		"zlib checksum":  {pngOf(ihdr(4, 4, 8, 0, 0), chunk("IDAT", flip(packed(20, 0), len(packed(20, 0))-1))), "checksum"},
		"chunk of 2^31":  {slices.Concat([]byte(pngSignature), ihdr(4, 4, 8, 0, 0), []byte("\xff\xff\xff\xffIDAT")), "truncated at byte 41"},
		"cut":            {grey[:len(grey)-20], ""},
		"exif too long":  {append(pngOf(ihdr(4, 4, 8, 0, 0))[:33], "\x7f\xff\xff\xffeXIfII*\x00"...), "truncated"},
		"many chunks":    {pngOf(ihdr(4, 4, 8, 0, 0), bytes.Repeat(chunk("teXt", nil), maxChunks)), "more than 65536 chunks"},

		"JPEG alone":         {soi, "in the image header"},
		"JPEG of 2^32":       {jpegOf(segment(sof0, full), scanOf(1)), "cannot hold"},
		"progressive":        {jpegOf(segment(sof2, full), scanOf(1)), "cannot hold"},
		"progressive AC":     {append(progressive(20000, 20000, false, 1), make([]byte, 60_000)...), "cannot hold"},
		"progressive large":  {append(progressive(20000, 20000, true, 1), make([]byte, 1<<20)...), "limit of"},
		"scans":              {progressive(8, 8, true, maxScans), "more than 100 scans"},
		"height 0":           {jpegOf(segment(sof0, frameHeader(8, 0, 1)), scanOf(1)), "size 8×0"},
		"components":         {jpegOf(segment(sof0, frameHeader(8, 8, 5)), scanOf(1)), "number of components"},
		"255 components":     {jpegOf(segment(sof0, frameHeader(8, 8, 255)), scanOf(1)), "number of components"},
		"12 bits":            {jpegOf(segment(sof1, append([]byte{12}, frameHeader(8, 8, 1)[1:]...)), scanOf(1)), "precision"},
		"lossless":           {jpegOf(segment(0xc3, frameHeader(8, 8, 1)), scanOf(1)), "unknown marker"},
		"arithmetic":         {jpegOf(segment(0xc9, frameHeader(8, 8, 1)), scanOf(1)), "unknown marker"},
		"two frames":         {jpegOf(segment(sof0, frameHeader(8, 8, 1)), segment(sof0, frameHeader(60000, 60000, 1)), scanOf(1)), "multiple SOF"},
		"no frame":           {jpegOf(scanOf(1)), ""},
		"no Huffman table":   {jpegOf(segment(sof0, frameHeader(8, 8, 1)), segment(dqt, make([]byte, 65)), scanOf(1), []byte{0x7f}), "Huffman"},
		"full Huffman table": {jpegOf(segment(sof0, frameHeader(8, 8, 1)), segment(dht, append([]byte{0}, bytes.Repeat([]byte{255}, 16)...)), scanOf(1)), "excessive length"},
		"no Huffman codes":   {jpegOf(segment(sof0, frameHeader(8, 8, 1)), segment(dht, make([]byte, 17)), scanOf(1)), "Huffman table has zero length"},
		"quantization":       {jpegOf(segment(sof0, frameHeader(8, 8, 1)), segment(dqt, []byte{0x2f}), scanOf(1)), "bad Tq"},
		"segment of 0":       {slices.Concat(soi, []byte{0xff, 0xe0, 0, 0}), "short segment"},
		"segment too long":   {slices.Concat(soi, []byte{0xff, 0xe1, 0xff, 0xff}, []byte(exifPrefix)), "in the image header"},
		"markers":            {slices.Concat(soi, bytes.Repeat([]byte{0xff}, 1<<20)), "in the image header"},
		"many segments":      {slices.Concat(soi, bytes.Repeat(segment(0xfe, nil), 100_000)), "in the image header"},
		"four inks, bare":    {jpegOf(segment(sof0, frameHeader(8, 8, 4)), segment(dht, oneCode(0)), segment(dht, oneCode(1)), segment(dqt, make([]byte, 65)), segment(sos, []byte{4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0}), []byte{0, 0}), "Adobe"},
		"cut photo":          {photo[:len(photo)-30], "before byte"},
	}
	// What the bytes can hold, but the limit does not allow.
	rows := packed(20000*(20000/8+1), 0)
	all["bits beyond the limit"] = c{pngOf(ihdr(20000, 20000, 1, 0, 0), chunk("IDAT", rows)), "limit of"}
	all["palette beyond the limit"] = c{pngOf(ihdr(20000, 20000, 1, 3, 0), table, chunk("IDAT", rows)), "limit of"}
	return all
}

// Every hostile picture is refused in a line, at once, and for little memory.
func TestHostile(t *testing.T) {
	all := hostile()
	if len(all) < 40 {
		t.Errorf("only %d pictures", len(all))
	}
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := Decode(bytes.NewReader(c.file), int64(len(c.file)))
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 300 {
				t.Errorf("error %v, want a line with %q", err, c.want)
			}
			if memory := after.TotalAlloc - before.TotalAlloc; memory > 8<<20 {
				t.Errorf("takes %d bytes for a file of %d", memory, len(c.file))
			}
			if took > 2*time.Second {
				t.Errorf("takes %v", took)
			}
		})
	}
}

// What is unusual but right is decoded.
func TestUnusual(t *testing.T) {
	table := chunk("PLTE", []byte{0, 0, 0, 255, 255, 255})
	for name, c := range map[string]struct {
		file []byte
		want Header
	}{
		// Seven passes of 2×1, 1×1, 3×1, 2×2, 5×1, 4×3 and 9×2 pixels, and a byte a row.
		"interlaced":      {pngOf(ihdr(9, 5, 16, 0, 1), chunk("IDAT", packed(2*(2+1+3+4+5+12+18)+11, 0))), Header{Width: 9, Height: 5, Grey: true, Deep: true}},
		"bits":            {pngOf(ihdr(9, 5, 1, 0, 0), chunk("IDAT", packed(15, 0))), Header{Width: 9, Height: 5, Grey: true}},
		"palette":         {pngOf(ihdr(9, 5, 4, 3, 0), table, chunk("IDAT", packed(30, 0))), Header{Width: 9, Height: 5, Grey: true, Palette: true}},
		"grey and opaque": {pngOf(ihdr(9, 5, 8, 4, 0), chunk("IDAT", packed(95, 0))), Header{Width: 9, Height: 5, Grey: true}},
		"deep":            {pngOf(ihdr(9, 5, 16, 2, 0), chunk("IDAT", packed(275, 0))), Header{Width: 9, Height: 5, Deep: true}},
		"scans":           {progressive(8, 8, true, maxScans-1), Header{Width: 8, Height: 8, Grey: true}},
	} {
		p, err := Decode(bytes.NewReader(c.file), int64(len(c.file)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := p.Header
		got.turn, got.channels, got.Format = 0, 0, ""
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestLimit(t *testing.T) {
	file := encodePNG(image.NewNRGBA(image.Rect(0, 0, 10, 10))) // transparent: 4 channels
	for _, c := range []struct {
		most int
		ok   bool
	}{{400, true}, {399, false}} {
		t.Setenv(limit.Variable, fmt.Sprint(c.most))
		if _, err := ReadHeader(bytes.NewReader(file), int64(len(file))); (err == nil) != c.ok {
			t.Errorf("limit %d: %v", c.most, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	small := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	f.Add(withChunk(encodePNG(small), "eXIf", exif(binary.BigEndian, 6), false))
	f.Add(encodePNG(image.NewGray16(image.Rect(0, 0, 2, 2))))
	f.Add(pngOf(ihdr(9, 5, 1, 3, 1), chunk("PLTE", make([]byte, 6)), chunk("IDAT", packed(30, 0))))
	f.Add(progressive(8, 8, true, 3))
	f.Add(withSegment(progressive(8, 8, true, 1), markerAPP1, append([]byte(exifPrefix), exif(binary.LittleEndian, 8)...)))
	f.Add(slices.Concat([]byte(jpegSignature), segment(dqt, make([]byte, 65)), segment(sof0, frameHeader(8, 8, 1)),
		segment(dht, oneCode(0)), segment(dht, oneCode(1)), segment(sos, []byte{1, 1, 0, 0, 63, 0}), []byte{0x3f, 0xff, markerEOI}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<12 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := Decode(bytes.NewReader(b), int64(len(b)))
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20+uint64(len(b))*16*maxDeflate {
			t.Errorf("takes %d bytes for a file of %d", took, len(b))
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			return
		}
		if got := p.Upright().Bounds(); got != image.Rect(0, 0, p.Width, p.Height) {
			t.Fatalf("bounds %v of a picture of %d×%d", got, p.Width, p.Height)
		}
		p.Straight(p.Width-1, p.Height-1)
	})
}
