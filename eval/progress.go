package eval

import (
	"fmt"
	"io"
	"time"

	bars "github.com/condmean/condmean/internal/progress"
)

// progress is a bar on a terminal and a line for each SNR otherwise.
type progress struct {
	w     io.Writer
	bar   *bars.Bar
	done  int
	last  float64
	start time.Time
}

func newProgress(w io.Writer, total int) *progress {
	return &progress{w: w, start: time.Now(), bar: bars.NewBar(w, "evaluate", 0, total)}
}

// step shows that a row is done.
func (p *progress) step(db float64, r Row) {
	first := p.done == 0
	p.done++
	if p.bar != nil {
		p.bar.Text(fmt.Sprintf("%s dB %s", dB(db), r.Method))
		p.bar.At(p.done)
		return
	}
	if first || p.last != db {
		p.last = db
		_, _ = fmt.Fprintf(p.w, "evaluate %s dB  %v\n", dB(db), time.Since(p.start).Round(time.Second))
	}
}

func (p *progress) close() { p.bar.Close() }
