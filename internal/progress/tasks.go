package progress

import (
	"io"
	"strings"
)

// Tasks shows one long task after the other.
type Tasks struct {
	w     io.Writer
	label string
	task  *Display // nil: none
}

// NewTasks returns a display without a task.
func NewTasks(w io.Writer) *Tasks { return &Tasks{w: w} }

// Show tells how far a task is. What follows ": " in its name is a detail that
// may change. It has the type of data.Progress.
func (t *Tasks) Show(task string, done, total int64) {
	label, detail, _ := strings.Cut(task, ": ")
	if t.task == nil || label != t.label {
		t.Close()
		t.label, t.task = label, New(t.w, label, 0, int(total))
	}
	t.task.Show(int(done), detail)
}

// Close ends the present task.
func (t *Tasks) Close() {
	if t.task != nil {
		t.task.Close()
		t.task = nil
	}
}
