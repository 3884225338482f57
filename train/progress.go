package train

import (
	"fmt"
	"io"
	"strings"
	"time"

	bars "github.com/condmean/condmean/internal/progress"
)

// progress shows how a run goes: a bar on a terminal, a line at each report
// otherwise.
type progress struct {
	w     io.Writer
	total int
	from  int // step at the start
	start time.Time
	bar   *bars.Bar
	score string // of the last validation
}

func newProgress(w io.Writer, from, total int) *progress {
	return &progress{w: w, from: from, total: total, start: time.Now(), bar: bars.NewBar(w, "step", from, total)}
}

// at moves the bar.
func (p *progress) at(step int) { p.bar.At(step) }

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
	if p.bar != nil || m.DataWait >= 0.05 { // a line only says what deserves attention
		fmt.Fprintf(&b, "  waiting for data %.0f%%", 100*m.DataWait)
	}
	if p.bar != nil {
		p.bar.Text(fmt.Sprintf("epoch %.1f  %s", m.Epoch, b.String()))
		return
	}
	// Progress is a courtesy: a closed terminal must not end a run.
	_, _ = fmt.Fprintf(p.w, "step %d/%d  epoch %.1f  %s  eta %s\n", m.Step, p.total, m.Epoch, b.String(), bars.Remaining(p.start, p.from, m.Step, p.total))
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

func (p *progress) close() { p.bar.Close() }
