// Package progress shows how far a long task is: a bar on a terminal, a line now
// and then elsewhere.
//
//	d := progress.New(os.Stderr, "step", 0, total)
//	defer d.Close()
//	for i := range total {
//		…
//		d.Show(i+1, "loss 0.12")
//	}
//
// Progress is a courtesy: a terminal or log that is closed ends no task.
package progress

import (
	"fmt"
	"io"
	"time"
)

// lineEvery is the least time between two lines of Show.
const lineEvery = 5 * time.Second

// Display shows one task, whose count goes from some number to a total. It is
// used by one goroutine at a time.
type Display struct {
	w           io.Writer
	bar         *Bar // nil unless w is a terminal
	label       string
	total       int
	text        string // the last one
	count, from int    // from is what was not done here
	start, line time.Time
}

// New returns the display of a task. The label is in front of the count; a nil w
// shows nothing.
func New(w io.Writer, label string, from, total int) *Display {
	if w == nil {
		w = io.Discard
	}
	return &Display{w: w, bar: NewBar(w, label, from, total), label: label, total: total, count: from, from: from, start: time.Now()}
}

// Bar reports whether the task is shown as a bar, whose text stays until it is
// replaced.
func (d *Display) Bar() bool { return d.bar != nil }

// Count returns the count.
func (d *Display) Count() int { return d.count }

// At moves the count.
func (d *Display) At(count int) {
	d.count = count
	d.bar.At(count)
}

// Add moves the count on, and says so as Show does.
func (d *Display) Add(n int) { d.Show(d.count+n, d.text) }

// Skip moves the count on by what was done before and took no time.
func (d *Display) Skip(n int) {
	d.from += n
	d.bar.Skip(n)
	d.At(d.count + n)
}

// Show moves the count and tells the present text: on the bar, or as a line if the
// last one is some seconds ago, or the task is done.
func (d *Display) Show(count int, text string) {
	if d.bar == nil && time.Since(d.line) < lineEvery && count < d.total {
		d.text = text
		d.At(count)
		return
	}
	d.Report(count, text)
}

// Report is Show with a line in any case.
func (d *Display) Report(count int, text string) {
	d.text = text
	d.At(count)
	if d.bar != nil {
		d.bar.Text(text)
		return
	}
	d.line = time.Now()
	if text != "" {
		text = "  " + text
	}
	_, _ = fmt.Fprintf(d.w, "%s %d/%d%s%s\n", d.label, count, d.total, text, eta(d.start, d.from, count, d.total))
}

// Above returns where lines go that the terminal of w is to show above the bar: w
// itself where there is no bar.
func (d *Display) Above(w io.Writer) io.Writer {
	if d.bar == nil {
		return w
	}
	return d.bar.bars
}

// Close leaves the terminal as it is wanted for what follows.
func (d *Display) Close() { d.bar.Close() }
