package picture

import (
	"bufio"
	"io"
)

// cursor reads forward in a file, without reading what it skips.
type cursor struct {
	r        io.ReaderAt
	at, size int64
	buf      *bufio.Reader
}

func newCursor(r io.ReaderAt, size int64) *cursor {
	return &cursor{r: r, size: size, buf: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<10)}
}

// next returns the next n bytes, at most 1024, until the next call; false at the
// end of the file.
func (c *cursor) next(n int) ([]byte, bool) {
	b, err := c.buf.Peek(n)
	if err != nil {
		return nil, false
	}
	c.skip(int64(n))
	return b, true
}

// readByte returns the next byte; false at the end of the file.
func (c *cursor) readByte() (byte, bool) {
	b, err := c.buf.ReadByte()
	if err != nil {
		return 0, false
	}
	c.at++
	return b, true
}

func (c *cursor) skip(n int64) {
	c.at += n
	if n <= int64(c.buf.Buffered()) {
		if _, err := c.buf.Discard(int(n)); err != nil {
			panic(err) // not reached: so many bytes are in the buffer
		}
		return
	}
	c.buf.Reset(io.NewSectionReader(c.r, c.at, max(c.size-c.at, 0)))
}

// section returns the next n bytes as a file of their own.
func (c *cursor) section(n int64) (io.ReaderAt, int64) {
	n = min(n, max(c.size-c.at, 0))
	return io.NewSectionReader(c.r, c.at, n), n
}
