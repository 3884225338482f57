package train

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// readMetrics returns the lines of a run without what depends on the clock, and
// checks that metrics.csv says the same.
func readMetrics(t *testing.T, run string) (lines []Metrics) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(run, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.ReadFile(filepath.Join(run, "metrics.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(f)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	for dec.More() {
		var m Metrics
		if err := dec.Decode(&m); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, m)
	}
	if len(rows) != len(lines)+1 {
		t.Fatalf("%d rows in metrics.csv for %d lines", len(rows), len(lines))
	}
	for i := range lines {
		for k, v := range lines[i].csvRow() {
			if rows[i+1][k] != v {
				t.Errorf("metrics.csv, row %d, %s: %s, want %s", i+1, rows[0][k], rows[i+1][k], v)
			}
		}
		lines[i].Rate, lines[i].DataWait, lines[i].Seconds = 0, 0, 0
	}
	return lines
}

func TestMetricsTruncate(t *testing.T) {
	dir := t.TempDir()
	m, err := openMetrics(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	val := 0.25
	for s := 1; s <= 5; s++ {
		if err := m.write(Metrics{Step: s, Loss: 1 / float64(s), Val: &val, Seconds: float64(s)}); err != nil {
			t.Fatal(err)
		}
	}
	// A crash in the middle of a line.
	for f, torn := range map[*os.File]string{m.jsonl: `{"step":6,"lo`, m.csv: `6,0.`} {
		if _, err := f.WriteString(torn); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ at, lines int }{{9, 5}, {4, 4}, {2, 2}, {2, 2}, {0, 0}} {
		m, err := openMetrics(dir, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if m.seconds != float64(tt.lines) {
			t.Errorf("resumed at %d: %v s of training, want %d", tt.at, m.seconds, tt.lines)
		}
		if err := m.close(); err != nil {
			t.Fatal(err)
		}
		if got := readMetrics(t, dir); len(got) != tt.lines {
			t.Errorf("resumed at %d: %d lines, want %d", tt.at, len(got), tt.lines)
		}
	}
	if b, err := os.ReadFile(filepath.Join(dir, "metrics.csv")); err != nil || bytes.Count(b, []byte("\n")) != 1 {
		t.Errorf("metrics.csv should hold its head line alone: %q, %v", b, err)
	}
}

// Whatever metrics.jsonl and metrics.csv hold, what is left of them after a
// resume are whole lines of steps up to it, in which nothing was changed.
func FuzzMetrics(f *testing.F) {
	f.Add([]byte(`{"step":1,"loss":0.5,"seconds":1}`+"\n"+`{"step":2}`+"\n"), []byte("step,epoch\n1,2\n2,3\n"), 1)
	f.Add([]byte("{\n"), []byte("\n1\n"), 5)
	f.Add([]byte(`{"step":-1,"nmse_db":{"10":1e308}}`+"\n"), []byte(csvHead()+"9223372036854775808\n"), 0)
	f.Add([]byte(`{"step":1e3}`+"\n"+`{"ste`), []byte(","), 1<<40)
	f.Fuzz(func(t *testing.T, jsonl, table []byte, step int) {
		dir := t.TempDir()
		put(t, filepath.Join(dir, jsonlFile), string(jsonl))
		put(t, filepath.Join(dir, csvFile), string(table))
		m, err := openMetrics(dir, step)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.close(); err != nil {
			t.Fatal(err)
		}
		left := read(t, filepath.Join(dir, jsonlFile))
		if !bytes.HasPrefix(jsonl, []byte(left)) {
			t.Errorf("%q became %q", jsonl, left)
		}
		for line := range strings.Lines(left) {
			var v Metrics
			if err := json.Unmarshal([]byte(line), &v); err != nil || v.Step > step || !strings.HasSuffix(line, "\n") {
				t.Errorf("left at step %d: %q, %v", step, line, err)
			}
		}
		if left := read(t, filepath.Join(dir, csvFile)); !bytes.HasPrefix(table, []byte(left)) && left != csvHead() {
			t.Errorf("%q became %q", table, left)
		}
	})
}
