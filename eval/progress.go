package eval

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress is a bar on a terminal and a line for each SNR otherwise.
type progress struct {
	w     io.Writer
	bars  *mpb.Progress
	bar   *mpb.Bar
	text  atomic.Pointer[string]
	last  float64
	any   bool
	start time.Time
}

func newProgress(w io.Writer, total int) *progress {
	p := &progress{w: w, start: time.Now()}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return p
	}
	p.text.Store(new(string))
	p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(32), mpb.WithRefreshRate(200*time.Millisecond))
	p.bar = p.bars.AddBar(int64(total),
		mpb.PrependDecorators(decor.Name("evaluate ")),
		mpb.AppendDecorators(
			decor.Any(func(decor.Statistics) string { return *p.text.Load() }),
			decor.AverageETA(decor.ET_STYLE_GO),
		))
	return p
}

// step shows that a row is done.
func (p *progress) step(db float64, r Row) {
	if p.bar != nil {
		text := fmt.Sprintf(" %s dB %s  eta ", dB(db), r.Method)
		p.text.Store(&text)
		p.bar.Increment()
		return
	}
	if !p.any || p.last != db {
		p.any, p.last = true, db
		_, _ = fmt.Fprintf(p.w, "evaluate %s dB  %v\n", dB(db), time.Since(p.start).Round(time.Second))
	}
}

func (p *progress) close() {
	if p.bar == nil {
		return
	}
	if !p.bar.Completed() {
		p.bar.Abort(false)
	}
	p.bars.Wait()
}
