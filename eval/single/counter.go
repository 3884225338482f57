package single

import (
	"fmt"
	"io"
	"time"

	bars "github.com/condmean/condmean/internal/progress"
)

// counter shows how far a long task is: a bar on a terminal, elsewhere a line
// every few seconds.
type counter struct {
	w           io.Writer
	bar         *bars.Bar
	label       string
	total       int
	start, next time.Time
}

// counterInterval is the time between lines.
const counterInterval = 10 * time.Second

// newCounter returns a counter; a nil w shows nothing.
func newCounter(w io.Writer, label string, total int) *counter {
	if w == nil {
		w = io.Discard
	}
	return &counter{w: w, bar: bars.NewBar(w, label, 0, total), label: label, total: total, start: time.Now()}
}

// at shows that so much is done.
func (c *counter) at(done int) {
	if c.bar != nil {
		c.bar.At(done)
		return
	}
	if now := time.Now(); !now.Before(c.next) {
		c.next = now.Add(counterInterval)
		_, _ = fmt.Fprintf(c.w, "%s %d/%d  eta %v\n", c.label, done, c.total, bars.Remaining(c.start, 0, done, c.total))
	}
}

func (c *counter) close() { c.bar.Close() }
