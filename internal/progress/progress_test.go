package progress

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Files and other writers that are no terminal get no bar, which can be used all
// the same.
func TestNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	if b := NewBar(f, "step", 0, 10); b != nil {
		t.Error("a bar in a file")
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	b := NewBar(&out, "step", 0, 10)
	b.At(5)
	b.Text("half")
	b.Close()
	if out.Len() > 0 {
		t.Errorf("wrote %q", out.String())
	}
}

func TestRemaining(t *testing.T) {
	start := time.Now().Add(-30 * time.Second)
	for _, tt := range []struct {
		from, count int
		want        time.Duration
	}{{0, 0, 0}, {5, 5, 0}, {0, 10, 90 * time.Second}, {10, 20, 60 * time.Second}, {0, 40, 0}} {
		if got := Remaining(start, tt.from, tt.count, 40); got != tt.want {
			t.Errorf("from %d, at %d: %v, want %v", tt.from, tt.count, got, tt.want)
		}
	}
}

// A text gives up its last parts where there is no room, and lines do without an eta
// that nothing tells yet.
func TestFit(t *testing.T) {
	const text = "loss 0.12  σ 3  epoch 1"
	for width, want := range map[int]string{-5: "", 0: "", 8: "", 9: "loss 0.12", 13: "loss 0.12", 14: "loss 0.12  σ 3", 22: "loss 0.12  σ 3", 23: text, 80: text} {
		if got := fit(text, width); got != want {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
	}
	start := time.Now().Add(-30 * time.Second)
	for _, tt := range []struct {
		from, count, total int
		want               string
	}{{0, 0, 40, ""}, {5, 5, 40, ""}, {0, 10, 40, "  eta 1m30s"}, {40, 40, 40, "  eta 0s"}, {0, 0, 0, "  eta 0s"}} {
		if got := eta(start, tt.from, tt.count, tt.total); got != tt.want {
			t.Errorf("from %d, at %d of %d: %q, want %q", tt.from, tt.count, tt.total, got, tt.want)
		}
	}
}

// Tasks write a line at the start, now and then, and at the end of each.
func TestTasks(t *testing.T) {
	var out bytes.Buffer
	tasks := NewTasks(&out)
	for i := range int64(4) {
		tasks.Show(fmt.Sprintf("fitting: score %d", i), i, 3)
	}
	tasks.Show("reading", 7, 7)
	tasks.Close()
	want := "fitting 0/3  score 0\nfitting 3/3  score 3  eta 0s\nreading 7/7  eta 0s\n"
	if out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
}

// A display writes a line at each report, and otherwise now and then and at the
// end; what was done before takes none of the time.
func TestDisplay(t *testing.T) {
	var out bytes.Buffer
	d := New(&out, "step", 10, 40)
	d.Report(11, "a")
	d.Show(12, "b")
	d.Skip(8)
	d.Add(1)
	d.Report(21, "")
	d.line = time.Time{}
	d.start = time.Now().Add(-30 * time.Second)
	d.Show(22, "c") // 4 of the 22 were done here, 18 are left
	d.Add(1)
	d.line = time.Time{}
	d.start = time.Now().Add(-30 * time.Second)
	d.Add(1) // 6 of the 24, 16 are left
	d.Show(40, "")
	d.Close()
	want := "step 11/40  a  eta 0s\nstep 21/40  eta 0s\nstep 22/40  c  eta 2m15s\nstep 24/40  c  eta 1m20s\nstep 40/40  eta 0s\n"
	if out.String() != want {
		t.Errorf("wrote %q, want %q", out.String(), want)
	}
	if d.Bar() {
		t.Error("a bar in a buffer")
	}
	New(nil, "step", 0, 1).Show(1, "")
}
