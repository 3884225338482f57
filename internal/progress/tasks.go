package progress

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// lineEvery is the least time between two lines about one task.
const lineEvery = 5 * time.Second

// Tasks shows one long task after the other: a bar on a terminal, a line now
// and then elsewhere.
type Tasks struct {
	w     io.Writer
	label string
	bar   *Bar
	start time.Time
	line  time.Time
}

// NewTasks returns a display without a task.
func NewTasks(w io.Writer) *Tasks { return &Tasks{w: w} }

// Show tells how far a task is. What follows ": " in its name is a detail that
// may change. It has the type of data.Progress.
func (t *Tasks) Show(task string, done, total int64) {
	label, detail, _ := strings.Cut(task, ": ")
	if label != t.label {
		t.Close()
		t.label, t.start, t.line = label, time.Now(), time.Time{}
		t.bar = NewBar(t.w, label, 0, int(total))
	}
	if t.bar != nil {
		t.bar.Text(detail)
		t.bar.At(int(done))
		return
	}
	if time.Since(t.line) < lineEvery && done < total {
		return
	}
	t.line = time.Now()
	if detail != "" {
		detail = "  " + detail
	}
	// Progress is a courtesy: a closed terminal must not end a task.
	_, _ = fmt.Fprintf(t.w, "%s %d/%d%s  eta %v\n", label, done, total, detail, Remaining(t.start, 0, int(done), int(total)))
}

// Close ends the present task.
func (t *Tasks) Close() {
	t.bar.Close()
	t.bar, t.label = nil, ""
}
