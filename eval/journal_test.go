package eval

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/condmean/condmean/eval/quality"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/regular"
	"github.com/condmean/condmean/sched"
)

// stopping is a predictor that ends the context after so many calls.
type stopping struct {
	sched.Predictor
	left int
	stop context.CancelFunc
}

func (s *stopping) PredictNoise(ctx context.Context, eps, x []float64, at sched.Level) error {
	if s.left--; s.left == 0 {
		s.stop()
	}
	return s.Predictor.PredictNoise(ctx, eps, x, at)
}

// TestContinue interrupts an evaluation and demands that it goes on to what it
// would have been, bitwise but for times, without doing again what was done.
func TestContinue(t *testing.T) {
	request := func(threads int) Request {
		r := exact(t, 300, threads)
		r.Examples, r.Studies = 2, Studies{PerStep: true, Mismatch: []float64{-3, 3}}
		return r
	}
	full := request(1)
	want, err := full.evaluate(context.Background(), nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	var told []string
	log := func(line string) { told = append(told, line) }
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := request(2)
	print, err := r.fingerprint("config", "hash")
	if err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(dir, print, log)
	if err != nil {
		t.Fatal(err)
	}
	r.Denoiser = denoiserOf(t, &stopping{r.Denoiser.Predictor(), 300, cancel}, 100)
	if _, err := r.evaluate(ctx, j, io.Discard); !errors.Is(err, context.Canceled) {
		t.Fatalf("the evaluation was not interrupted: %v", err)
	}
	done := len(j.Parts)
	if done == 0 || len(told) != 0 {
		t.Fatalf("%d parts are done; told %q", done, told)
	}

	r = request(2)
	if j, err = openJournal(dir, print, log); err != nil || len(j.Parts) != done || len(told) != 1 || !strings.HasPrefix(told[0], "continuing") {
		t.Fatalf("%d of %d parts are back, told %q: %v", len(j.Parts), done, told, err)
	}
	calls := &stopping{r.Denoiser.Predictor(), 0, func() {}}
	r.Denoiser = denoiserOf(t, calls, 100)
	got, err := r.evaluate(context.Background(), j, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	all := &stopping{full.Denoiser.Predictor(), 0, func() {}}
	full.Denoiser = denoiserOf(t, all, 100)
	if _, err := full.evaluate(context.Background(), nil, io.Discard); err != nil {
		t.Fatal(err)
	}
	if -calls.left >= -all.left {
		t.Errorf("%d predictor calls after the interruption, %d without one", -calls.left, -all.left)
	}
	for i := range got.Rows {
		got.Rows[i].Seconds, want.Rows[i].Seconds = 0, 0
	}
	if !reflect.DeepEqual(got.Rows, want.Rows) || !reflect.DeepEqual(got.PerStep, want.PerStep) || !reflect.DeepEqual(got.Mismatch, want.Mismatch) {
		t.Error("the results differ from those without interruption")
	}
	if !reflect.DeepEqual(got.Examples, want.Examples) {
		t.Error("the examples differ from those without interruption")
	}
	if err := j.remove(); err != nil {
		t.Fatal(err)
	}
}

// TestJournalOfAnother: parts of another request and damaged files are not used.
func TestJournalOfAnother(t *testing.T) {
	dir := t.TempDir()
	var told string
	log := func(line string) { told = line }
	j, err := openJournal(dir, "one", log)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.put("a", 1.5); err != nil {
		t.Fatal(err)
	}
	var v float64
	if j, err = openJournal(dir, "one", log); err != nil || !j.get("a", &v) || v != 1.5 || j.get("b", &v) {
		t.Errorf("part %v: %v", v, err)
	}
	if j, err = openJournal(dir, "two", log); err != nil || j.get("a", &v) || !strings.Contains(told, "another request: starting anew") {
		t.Errorf("told %q: %v", told, err)
	}
	if err := os.WriteFile(filepath.Join(dir, journalFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if j, err = openJournal(dir, "one", log); err != nil || j.get("a", &v) || !strings.Contains(told, "cannot be read: starting anew") {
		t.Errorf("told %q: %v", told, err)
	}
}

// TestFingerprint: whatever changes results changes it.
func TestFingerprint(t *testing.T) {
	base := exact(t, 20, 1)
	of := func(change func(*Request)) string {
		r := base
		change(&r)
		print, err := r.fingerprint("config", "hash")
		if err != nil {
			t.Fatal(err)
		}
		return print
	}
	same := of(func(*Request) {})
	if same != of(func(r *Request) { r.Log = func(string) {} }) {
		t.Error("the fingerprint depends on what changes nothing")
	}
	for name, change := range map[string]func(*Request){
		"SNRs":       func(r *Request) { r.SNRs = []float64{1} },
		"methods":    func(r *Request) { r.Methods = r.Methods[:1] },
		"baselines":  func(r *Request) { r.Baselines = nil },
		"seed":       func(r *Request) { r.Seed++ },
		"match":      func(r *Request) { r.Match = sched.MatchExact },
		"start":      func(r *Request) { r.Start = sched.StartCode },
		"samples":    func(r *Request) { r.Test = r.Test[:80] },
		"studies":    func(r *Request) { r.Studies.Blind = true },
		"convention": func(r *Request) { r.Convention = quality.Kair },
	} {
		if of(change) == same {
			t.Errorf("the fingerprint does not depend on the %s", name)
		}
	}
	if other, err := base.fingerprint("config", "other"); err != nil || other == same {
		t.Error("the fingerprint does not depend on the checkpoint")
	}
	if _, err := json.Marshal(base.Studies); err != nil {
		t.Error(err)
	}
}

// Whatever partial.json holds, it is continued or replaced.
func FuzzJournal(f *testing.F) {
	f.Add([]byte(`{"fingerprint":"print","parts":{"0 dB":{"rows":[{"snr_db":0,"method":"ls"}]}}}`))
	f.Add([]byte(`{"fingerprint":"print","parts":null}`))
	f.Add([]byte(`{"fingerprint":"other","parts":{"0 dB":1}}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"parts`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, journalFile), text, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := openJournal(dir, "print", func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		j.get("0 dB", new(point))
		if err := j.put("10 dB", point{Rows: []report.Row{{SNR: 10}}}); err != nil {
			t.Fatal(err)
		}
		if j, err = openJournal(dir, "print", func(string) {}); err != nil {
			t.Fatal(err)
		}
		if p := new(point); !j.get("10 dB", p) || len(p.Rows) != 1 {
			t.Error("a part that was put is not there")
		}
	})
}

// A folder, or whatever else is no file, in the place of partial.json is refused at once.
func TestJournalOfAnotherKind(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, journalFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := openJournal(dir, "print", func(string) {}); !errors.Is(err, regular.ErrKind) {
		t.Errorf("error %v", err)
	}
}
