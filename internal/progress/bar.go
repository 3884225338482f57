package progress

import (
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// leastBar is the room that a bar keeps, with the blanks around it, however long the
// text is.
const leastBar = 13

// Bar is a bar with a count in front and a text and the remaining time behind
// it. All methods of a nil Bar do nothing.
type Bar struct {
	bars *mpb.Progress
	bar  *mpb.Bar
	text atomic.Pointer[string] // it is drawn by another goroutine
	from atomic.Int64           // the count that took no time
}

// NewBar returns a bar from count from to total, or nil unless w is a terminal.
// The label is in front of the count.
func NewBar(w io.Writer, label string, from, total int) *Bar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	if _, height, err := term.GetSize(int(f.Fd())); err != nil || height == 0 {
		return nil // mpb would draw nothing
	}
	b := &Bar{bars: mpb.New(mpb.WithOutput(w), mpb.WithWidth(32), mpb.WithRefreshRate(200*time.Millisecond))}
	b.text.Store(new(string))
	b.from.Store(int64(from))
	start := time.Now()
	bar, err := b.bars.Add(int64(total), mpb.BarStyle().Build(),
		mpb.PrependDecorators(decor.CountersNoUnit(label+" %d/%d ")),
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
			left := eta(start, int(b.from.Load()), int(s.Current), total)
			return " " + fit(*b.text.Load(), s.AvailableWidth-leastBar-len(left)) + left
		})))
	if err != nil { // the terminal is gone already
		return nil
	}
	b.bar = bar
	b.bar.SetRefill(int64(from))
	b.bar.SetCurrent(int64(from))
	return b
}

// At moves the bar.
func (b *Bar) At(count int) {
	if b != nil {
		b.bar.SetCurrent(int64(count))
	}
}

// Skip tells that so much more of the count took no time.
func (b *Bar) Skip(n int) {
	if b != nil {
		b.from.Add(int64(n))
	}
}

// Text sets what is written behind the bar: parts with two blanks between them, the
// most important one first, for the last ones are left out where there is no room.
func (b *Bar) Text(s string) {
	if b != nil {
		b.text.Store(&s)
	}
}

// Close leaves the terminal as it is wanted for what follows.
func (b *Bar) Close() {
	if b == nil {
		return
	}
	if !b.bar.Completed() {
		b.bar.Abort(false)
	}
	b.bars.Wait()
}

// fit returns the first parts of a text that have room in so many columns.
func fit(text string, width int) string {
	for utf8.RuneCountInString(text) > max(width, 0) {
		text = text[:max(strings.LastIndex(text, "  "), 0)]
	}
	return text
}

// eta returns the end of a progress line, which says how long the task will take; ""
// while nothing is done that tells.
func eta(start time.Time, from, count, total int) string {
	if count <= from && count < total {
		return ""
	}
	return "  eta " + Remaining(start, from, count, total).String()
}

// Remaining returns the time that the counts up to total will take at the
// average speed from start, when the count was from, until now.
func Remaining(start time.Time, from, count, total int) time.Duration {
	if count <= from {
		return 0
	}
	each := time.Since(start) / time.Duration(count-from)
	return (each * time.Duration(total-count)).Round(time.Second)
}
