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
	from  int // step at the start
	start time.Time
	bars  *mpb.Progress
	bar   *mpb.Bar
	score string                 // of the last validation
	text  atomic.Pointer[string] // what the bar shows; it is drawn by another goroutine
}

func newProgress(w io.Writer, from, total int) *progress {
	p := &progress{w: w, from: from, total: total, start: time.Now()}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return p
	}
	if _, height, err := term.GetSize(int(f.Fd())); err != nil || height == 0 {
		return p // mpb would draw nothing
	}
	p.text.Store(new(string))
	p.bars = mpb.New(mpb.WithOutput(w), mpb.WithWidth(32), mpb.WithRefreshRate(200*time.Millisecond))
	p.bar = p.bars.AddBar(int64(total),
		mpb.PrependDecorators(decor.CountersNoUnit("step %d/%d ")),
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string {
			return fmt.Sprintf(" %s  eta %s", *p.text.Load(), p.eta(int(s.Current)))
		})))
	p.bar.SetRefill(int64(from))
	p.bar.SetCurrent(int64(from))
	return p
}

// eta returns the time that the steps after the given one will take at the
// average speed so far.
func (p *progress) eta(step int) time.Duration {
	if step <= p.from {
		return 0
	}
	each := time.Since(p.start) / time.Duration(step-p.from)
	return (each * time.Duration(p.total-step)).Round(time.Second)
}

// at moves the bar.
func (p *progress) at(step int) {
	if p.bar != nil {
		p.bar.SetCurrent(int64(step))
	}
}

// report shows the figures of a metrics line.
func (p *progress) report(m Metrics) {
	score := scoreText(m)
	if score != "" {
		p.score = score
	}
	var b strings.Builder
	fmt.Fprintf(&b, "loss %.4f", m.Loss)
	if p.bar != nil {
		score = p.score // a bar goes on showing it
	}
	b.WriteString(score)
	fmt.Fprintf(&b, "  %.1f steps/s", m.Rate)
	if m.DataWait >= 0.05 {
		fmt.Fprintf(&b, "  waiting for data %.0f%%", 100*m.DataWait)
	}
	if p.bar != nil {
		text := fmt.Sprintf("epoch %.1f  %s", m.Epoch, b.String())
		p.text.Store(&text)
		return
	}
	// Progress is a courtesy: a closed terminal must not end a run.
	_, _ = fmt.Fprintf(p.w, "step %d/%d  epoch %.1f  %s  eta %s\n", m.Step, p.total, m.Epoch, b.String(), p.eta(m.Step))
}

// scoreText writes what a validation found, "" without one.
func scoreText(m Metrics) string {
	s := ""
	if m.Val != nil {
		s += fmt.Sprintf("  val %.4f", *m.Val)
	}
	if m.ValEMA != nil {
		s += fmt.Sprintf("  val(ema) %.4f", *m.ValEMA)
	}
	if v, ok := m.NMSE["10"]; ok {
		s += fmt.Sprintf("  nmse(10 dB) %.2f dB", v)
	}
	return s
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
