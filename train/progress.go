package train

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how a run goes: a bar on a terminal, a line at each report
// otherwise.
type progress struct {
	w     io.Writer
	total int
	bars  *mpb.Progress
	bar   *mpb.Bar
	text  atomic.Pointer[string] // what the bar shows; it is drawn by another goroutine
}

func newProgress(w io.Writer, done, total int) *progress {
	p := &progress{w: w, total: total}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return p
	}
	p.text.Store(new(string))
	p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(32), mpb.WithRefreshRate(200*time.Millisecond))
	p.bar = p.bars.AddBar(int64(total),
		mpb.PrependDecorators(decor.CountersNoUnit("step %d/%d ")),
		mpb.AppendDecorators(
			decor.Any(func(decor.Statistics) string { return *p.text.Load() }),
			decor.AverageETA(decor.ET_STYLE_GO),
		))
	p.bar.SetRefill(int64(done))
	p.bar.SetCurrent(int64(done))
	return p
}

// step advances the bar.
func (p *progress) step() {
	if p.bar != nil {
		p.bar.Increment()
	}
}

// report shows the figures of a metrics line.
func (p *progress) report(m Metrics) {
	var b strings.Builder
	fmt.Fprintf(&b, "loss %.4f", m.Loss)
	if m.Val != nil {
		fmt.Fprintf(&b, "  val %.4f", *m.Val)
	}
	if m.ValEMA != nil {
		fmt.Fprintf(&b, "  val(ema) %.4f", *m.ValEMA)
	}
	fmt.Fprintf(&b, "  %.1f steps/s", m.Rate)
	if p.bar != nil {
		text := "  " + b.String() + "  eta "
		p.text.Store(&text)
		return
	}
	eta := time.Duration(float64(p.total-m.Step) / max(m.Rate, 1e-9) * float64(time.Second))
	// Progress is a courtesy: a closed terminal must not end a run.
	_, _ = fmt.Fprintf(p.w, "step %d/%d  epoch %d  %s  eta %s\n", m.Step, p.total, m.Epoch, b.String(), eta.Round(time.Second))
}

// close leaves the terminal as it is wanted for what follows.
func (p *progress) close() {
	if p.bar == nil {
		return
	}
	if !p.bar.Completed() {
		p.bar.Abort(false)
	}
	p.bars.Wait()
}
