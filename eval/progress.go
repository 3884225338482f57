package eval

import (
	"fmt"
	"io"
	"time"

	bars "github.com/condmean/condmean/internal/progress"
)

// lineEvery is the least time between two lines of progress.
const lineEvery = 5 * time.Second

// progress is a bar on a terminal and a line now and then otherwise. It counts
// predictor calls, so that the remaining time is right though chains differ in
// length.
type progress struct {
	w             io.Writer
	bar           *bars.Bar
	total         int
	done, skipped int
	start, line   time.Time
}

func newProgress(w io.Writer, total int) *progress {
	return &progress{w: w, start: time.Now(), total: total, bar: bars.NewBar(w, "evaluate", 0, total)}
}

// begin names the part that follows.
func (p *progress) begin(part string) {
	if p.bar != nil {
		p.bar.Text(part)
		return
	}
	if time.Since(p.line) < lineEvery {
		return
	}
	p.line = time.Now()
	line := fmt.Sprintf("evaluate %s  %v", part, time.Since(p.start).Round(time.Second))
	if p.done > p.skipped {
		line += fmt.Sprintf("  eta %v", bars.Remaining(p.start, p.skipped, p.done, p.total))
	}
	_, _ = fmt.Fprintln(p.w, line)
}

// add moves on by so many calls.
func (p *progress) add(calls int) {
	p.done += calls
	p.bar.At(p.done)
}

// skip moves on by calls that an earlier evaluation made.
func (p *progress) skip(calls int) {
	p.skipped += calls
	p.add(calls)
}

func (p *progress) close() { p.bar.Close() }
