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
	epoch, loss := fmt.Sprintf("epoch %.1f", m.Epoch), fmt.Sprintf("loss %.4f%s", m.Loss, score)
	parts := []string{epoch, loss, fmt.Sprintf("%.1f steps/s", m.Rate)}
	if p.Bar() {
		parts[0], parts[1] = loss, epoch // a narrow terminal shows the first ones
	}
	if p.Bar() || m.DataWait >= 0.05 {
		parts = append(parts, fmt.Sprintf("waiting for data %.0f%%", 100*m.DataWait))
	}
	p.Report(m.Step, strings.Join(parts, "  "))
}

// scoreText writes what a validation found, "" without one.
func scoreText(m Metrics) string {
	s := ""
	if v, ok := m.NMSE["10"]; ok {
		s += fmt.Sprintf("  nmse(10 dB) %.2f dB", v)
	}
	if m.Val != nil {
		s += fmt.Sprintf("  val %.4f", *m.Val)
	}
	if m.ValEMA != nil {
		s += fmt.Sprintf("  val(ema) %.4f", *m.ValEMA)
	}
	return s
}
