package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/sched"
)

// TestNoFigures: a single sample has no interval, samples without power have no
// normalised error. Such figures are null, empty or a dash, whatever else is
// studied, and an evaluation that goes on from its finished parts says the same.
func TestNoFigures(t *testing.T) {
	for name, samples := range map[string]int{"one": 1, "no power": 20} {
		request := func() Request {
			r := exact(t, samples, 1)
			r.SNRs, r.Match, r.Examples = []float64{0, 10, 100}, sched.MatchExact, 2
			r.Studies = Studies{PerStep: true, Mismatch: []float64{0, 3}, SweepSteps: []int{1, 5}, Blind: true, Lipschitz: true}
			if name == "no power" {
				clear(r.Test)
			}
			return r
		}
		dir := t.TempDir()
		var texts [2]string
		for i := range texts {
			r := request()
			var told []string
			r.Log = func(line string) { told = append(told, line) }
			j, err := openJournal(dir, "same", func(string) {})
			if err != nil {
				t.Fatal(err)
			}
			rep, err := r.evaluate(context.Background(), j, io.Discard)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if i == 1 && len(j.Parts) == 0 {
				t.Error("nothing was kept")
			}
			if (len(told) == 1 && strings.Contains(told[0], "no power")) != (name == "no power") {
				t.Errorf("%s: told %q", name, told)
			}
			if err := rep.WriteDir(filepath.Join(dir, "report")); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var table, csv, js bytes.Buffer
			for _, err := range []error{rep.WriteTable(&table, 0), rep.WriteCSV(&csv), rep.WriteJSON(&js)} {
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			for _, bad := range []string{"NaN", "Inf"} {
				if strings.Contains(table.String()+csv.String()+js.String(), bad) {
					t.Errorf("%s: %s in\n%s%s%s", name, bad, table.String(), csv.String(), js.String())
				}
			}
			if name == "no power" && (strings.Count(table.String(), " -") < 3*7 || !strings.Contains(csv.String(), "0,ls,,,")) {
				t.Errorf("table and figures:\n%s%s", table.String(), csv.String())
			}
			var back report.Report
			if err := json.Unmarshal(js.Bytes(), &back); err != nil || !math.IsNaN(float64(back.Rows[0].CI95dB)) {
				t.Errorf("%s: interval %v: %v", name, back.Rows[0].CI95dB, err)
			}
			texts[i] = table.String()
		}
		if texts[0] != texts[1] {
			t.Errorf("%s: before and after an interruption:\n%s%s", name, texts[0], texts[1])
		}
	}
}

// broken is a predictor whose output is not finite at a level.
type broken struct{ sched.Predictor }

func (b broken) PredictNoise(_ context.Context, eps, _ []float64, _ sched.Level) error {
	for i := range eps {
		eps[i] = math.NaN()
	}
	return nil
}

// TestNotFinite: test samples that are not finite are refused before any work, and
// estimates that are not finite end the sweep in a line that names the method.
func TestNotFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		r := exact(t, 20, 1)
		r.Test[43] = v
		calls := &stopping{r.Denoiser.Predictor(), 0, func() {}}
		r.Denoiser = denoiserOf(t, calls, 100)
		_, err := Sweep(context.Background(), r, io.Discard)
		if !configs.IsUsage(err) || !strings.Contains(err.Error(), "value 3 of test sample 5 is") || calls.left != 0 {
			t.Errorf("%v after %d calls", err, -calls.left)
		}
	}
	r := exact(t, 20, 1)
	r.Denoiser = denoiserOf(t, broken{r.Denoiser.Predictor()}, 100)
	if _, err := Sweep(context.Background(), r, io.Discard); err == nil || !strings.Contains(err.Error(), "mean: the estimate of test sample 0 is not finite") {
		t.Errorf("estimates that are not finite: %v", err)
	}
}

// TestOwnThreads: a program need not bring worker threads.
func TestOwnThreads(t *testing.T) {
	a, b := exact(t, 30, 1), exact(t, 30, 1)
	b.pool, b.Threads = nil, 3
	want, err := Sweep(context.Background(), a, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Sweep(context.Background(), b, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Rows {
		if got.Rows[i].NMSE != want.Rows[i].NMSE {
			t.Errorf("%s differs", want.Rows[i].Method)
		}
	}
}
