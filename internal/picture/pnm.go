package picture

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"strconv"
)

// pnm is what the text in front of the pixels of a PGM or PPM file says.
type pnm struct {
	width, height, channels int
	largest                 int  // value, which is white
	text                    bool // values are written as decimal numbers
	at                      int64
}

// maxPNMText bounds that text, comments among it, in bytes.
const maxPNMText = 1 << 16

// isPNM tells whether a file begins as a file of the PNM family does.
func isPNM(b []byte) bool {
	return len(b) > 2 && b[0] == 'P' && (b[1] >= '1' && b[1] <= '7' || b[1] == 'f' || b[1] == 'F') && (isBlank(b[2]) || b[2] == '#')
}

func isBlank(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' }

// readPNM reads the text in front of the pixels.
func readPNM(r io.ReaderAt, size int64) (p pnm, err error) {
	t := &tokens{r: bufio.NewReader(io.NewSectionReader(r, 0, min(size, maxPNMText)))}
	switch kind := t.next(); kind {
	case "P2", "P5":
		p.channels = 1
		p.text = kind == "P2"
	case "P3", "P6":
		p.channels = 3
		p.text = kind == "P3"
	default:
		return p, fmt.Errorf("%s files (bitmaps, PAM, floating point) are not supported; of this family PGM and PPM are", kind)
	}
	for _, to := range []*int{&p.width, &p.height, &p.largest} {
		if *to, err = t.number(); err != nil {
			return p, err
		}
	}
	if p.largest < 1 || p.largest > 0xffff {
		return p, fmt.Errorf("the largest value is %d; want 1 to 65535", p.largest)
	}
	p.at = t.read // one blank behind the number is part of the text
	return p, nil
}

// tokens reads words between blanks. A comment, from # to the end of its line, is one
// blank, wherever it begins, as netpbm's own programs have it.
type tokens struct {
	r    *bufio.Reader
	read int64 // bytes
}

// next returns the next word, and takes the blank behind it; "" at the end.
func (t *tokens) next() string {
	const longest = 20
	var word []byte
	for comment := false; len(word) <= longest; {
		b, err := t.r.ReadByte()
		if err != nil {
			break
		}
		t.read++
		switch {
		case comment && b != '\n' && b != '\r':
			continue
		case b == '#':
			comment = true
		case !isBlank(b):
			word = append(word, b)
		default:
			if comment = false; word != nil {
				return string(word)
			}
		}
	}
	return string(word)
}

func (t *tokens) number() (int, error) {
	word := t.next()
	n, err := strconv.ParseUint(word, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("byte %d: %q is no number", t.read-int64(len(word)), word)
	}
	return int(n), nil
}

func (p pnm) bytes() int64 {
	if p.largest > 0xff {
		return 2
	}
	return 1
}

// values returns how many there are, of checked sizes.
func (p pnm) values() int64 { return int64(p.width) * int64(p.height) * int64(p.channels) }

func readPNMHeader(r io.ReaderAt, size int64, _ []byte) (Header, error) {
	p, err := readPNM(r, size)
	if err != nil {
		return Header{}, fmt.Errorf("in the image header: %w", err)
	}
	h := Header{turn: upright, Width: p.width, Height: p.height, channels: p.channels, Grey: p.channels == 1, Deep: p.bytes() == 2}
	left := size - p.at
	if p.text { // a digit and a blank each, but for the last one
		left = (left + 1) / 2
	}
	row := int64(h.Width) * int64(h.channels) * p.bytes()
	if p.text {
		row = int64(h.Width) * int64(h.channels)
	}
	return h, h.check(row <= left/max(int64(h.Height), 1), size)
}

// decodePNM reads the pixels of a file whose header was checked.
func decodePNM(r io.ReaderAt, size int64) (image.Image, error) {
	p, err := readPNM(r, size)
	if err != nil {
		return nil, err
	}
	from := bufio.NewReader(io.NewSectionReader(r, p.at, size-p.at))
	next := p.binary(from)
	if p.text {
		next = p.words(from)
	}
	pix := make([]byte, 0, p.values()*p.bytes())
	white := 255
	if p.bytes() == 2 {
		white = 0xffff
	}
	for range p.values() {
		v, err := next()
		if err != nil {
			return nil, err
		}
		if v > p.largest {
			return nil, fmt.Errorf("a value of %d is above the largest one, %d", v, p.largest)
		}
		v = (v*white + p.largest/2) / p.largest
		if p.bytes() == 2 {
			pix = append(pix, byte(v>>8))
		}
		pix = append(pix, byte(v))
	}
	if b, err := from.ReadByte(); err == nil && !isBlank(b) {
		return nil, errors.New("the file goes on behind the pixels; files of several pictures are not supported")
	}
	return (&Raster{Width: p.width, Height: p.height, Channels: p.channels, Deep: p.bytes() == 2, Pix: pix}).Image(), nil
}

// binary returns a function that reads the next value.
func (p pnm) binary(r *bufio.Reader) func() (int, error) {
	return func() (v int, err error) {
		for range p.bytes() {
			b, err := r.ReadByte()
			if err != nil {
				return 0, io.ErrUnexpectedEOF
			}
			v = v<<8 | int(b)
		}
		return v, nil
	}
}

// words is binary for decimal numbers.
func (p pnm) words(r *bufio.Reader) func() (int, error) {
	t := &tokens{r: r, read: p.at}
	return t.number
}
