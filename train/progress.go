package train

import (
	"fmt"
	"io"
	"strings"

	display "github.com/condmean/condmean/internal/progress"
)

// progress shows how a run goes.
type progress struct {
	*display.Display
	score string // of the last validation
}

func newProgress(w io.Writer, from, total int) *progress {
	return &progress{Display: display.New(w, "step", from, total)}
}

// report shows the figures of a metrics line. A bar goes on showing the score of
// the last validation, a line says only what deserves attention.
func (p *progress) report(m Metrics) {
	score := scoreText(m)
	if score != "" {
		p.score = score
	}
	if p.Bar() {
		score = p.score
	}
	var b strings.Builder
	fmt.Fprintf(&b, "epoch %.1f  loss %.4f%s  %.1f steps/s", m.Epoch, m.Loss, score, m.Rate)
	if p.Bar() || m.DataWait >= 0.05 {
		fmt.Fprintf(&b, "  waiting for data %.0f%%", 100*m.DataWait)
	}
	p.Report(m.Step, b.String())
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
