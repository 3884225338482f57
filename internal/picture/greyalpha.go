package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// encodeGreyAlpha writes a PNG of color type 4, grey and opacity.
func (p *Raster) encodeGreyAlpha(w io.Writer) error {
	depth, step := byte(8), 2 // step is the bytes of a pixel
	if p.Deep {
		depth, step = 16, 4
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(p.Width)), uint32(p.Height))
	if _, err := io.WriteString(w, pngSignature); err != nil {
		return err
	}
	if _, err := w.Write(pngChunk("IHDR", append(header, depth, 4, 0, 0, 0))); err != nil {
		return err
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	above := make([]byte, p.Width*step)
	for y := range p.Height {
		row := p.Pix[y*len(above):][:len(above)]
		if _, err := z.Write(filtered(row, above, step)); err != nil {
			return err
		}
		above = row
	}
	if err := z.Close(); err != nil {
		return err
	}
	const most = 1 << 20 // bytes of a chunk
	for b := packed.Bytes(); len(b) > 0; {
		n := min(len(b), most)
		if _, err := w.Write(pngChunk("IDAT", b[:n])); err != nil {
			return err
		}
		b = b[n:]
	}
	_, err := w.Write(pngChunk("IEND", nil))
	return err
}

// pngChunk returns a chunk with its length and checksum.
func pngChunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// filtered returns the row behind the number of its filter: of the five of PNG, the
// one that leaves the least sum of magnitudes, which pack well.
func filtered(row, above []byte, step int) []byte {
	var best []byte
	least := -1
	for kind := range byte(5) {
		out := make([]byte, 1, 1+len(row))
		out[0] = kind
		sum := 0
		for i, v := range row {
			var a, c byte // left, and left of above
			if i >= step {
				a, c = row[i-step], above[i-step]
			}
			d := v - predict(kind, a, above[i], c)
			out = append(out, d)
			sum += min(int(d), 256-int(d))
		}
		if least < 0 || sum < least {
			best, least = out, sum
		}
	}
	return best
}

// predict returns what a filter takes a byte for by those to the left, above, and
// to the left above.
func predict(kind, a, b, c byte) byte {
	switch kind {
	case 1:
		return a
	case 2:
		return b
	case 3:
		return byte((int(a) + int(b)) / 2)
	case 4: // Paeth: whichever is nearest to a + b - c
		pa, pb := int(b)-int(c), int(a)-int(c)
		pc := pa + pb
		pa, pb, pc = max(pa, -pa), max(pb, -pb), max(pc, -pc)
		switch {
		case pa <= pb && pa <= pc:
			return a
		case pb <= pc:
			return b
		}
		return c
	}
	return 0
}
