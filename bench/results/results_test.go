package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/cli"
)

// runs is a folder with a report and a run, as bench/results.sh leaves them.
func runs(t *testing.T) folder {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	nan := report.Float(math.NaN())
	r := report.Report{Name: "made up", Columns: []string{"lmmse", "oneshot"}, SNRs: []float64{-10, 10}, Samples: 1234, Rows: []report.Row{
		{SNR: -10, Method: "lmmse", NMSEdB: -1, CI95dB: 0.125, GapdB: report.Of(0.5), GapCI95: report.Of(0.25), Samples: 1234, Baseline: true},
		{SNR: -10, Method: "oneshot", NMSEdB: -1.4, CI95dB: 0.125, GapdB: report.Of(0.104), GapCI95: report.Of(0.01), Samples: 1234},
		{SNR: 10, Method: "lmmse", NMSEdB: -11, CI95dB: nan, GapdB: report.Of(0.75), GapCI95: &nan, Samples: 1234, Baseline: true},
		{SNR: 10, Method: "oneshot", NMSEdB: -11.75, CI95dB: 0.5, GapdB: report.Of(-0.001), GapCI95: report.Of(0.02), Samples: 1234},
	},
		Mismatch: []report.MismatchPoint{{SNR: -10, Method: "mean", Offset: -3, LossdB: 0.5, LossCI: 0.125}, {SNR: -10, Method: "mean"}, {SNR: -10, Method: "mean", Offset: 3, LossdB: -0.25, LossCI: 0.125}},
		PerStep:  []report.Curve{{SNR: -10, Method: "mean", Level: []float64{1, 0, -1}, Estimate: []report.Float{0.1, 0.01, 0.1}}},
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	put("quick/eval.json", string(text))
	put("quick/perstep-mean.svg", "<svg/>")
	put("commands/quick", "denoise --checkpoint gmm64\n")
	put("run/report/eval.json", string(text))
	put("run/metrics.csv", "step,loss,nmse_10db,seconds\n50,1,,30\n100,1,-10.5,60\n200,1,-11,120\n300,1,-11.5,180\n")
	put("commands/run", "train --config gmm64")
	put("broken/eval.json", `{"columns": ["a"], "snr_db": [1, 2], "rows": []}`)
	return folder(dir)
}

func TestRender(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{{have "quick" "run"}} {{have "quick" "none"}}`, "true false"},
		{`{{commands "quick" "run"}}`, "```sh\ndenoise --checkpoint gmm64\ntrain --config gmm64\n```"},
		{`{{gap "quick/lmmse" 10.0}}`, "0.75"},
		{`{{error "run/oneshot" 10.0}}`, "−11.8 dB"},
		{`{{most "quick/oneshot" -20.0 40.0}}`, "0.10 ±0.01 dB (at −10 dB)"},
		{`{{gaps "f" "title" "quick/lmmse" "run/oneshot=network"}}`, `![title](results/f.svg)

gap to cme, in dB, ± half the width of the 95 % interval; 1,234 samples ([CSV](results/f.csv)).

| SNR / dB | lmmse | network |
|--:|--:|--:|
| −10 | +0.50 ±0.25 | +0.10 ±0.01 |
| 10 | +0.75 | 0.00 ±0.02 |
`},
		{`{{mismatch "quick" "mean"}}`, `Loss in dB by the SNR told minus the true one, ± half the width of the 95 % interval of paired errors; 1,234 samples.

| SNR / dB | −3 dB | 0 dB | +3 dB |
|--:|--:|--:|--:|
| −10 | +0.50 ±0.12 | 0 | −0.25 ±0.12 |
`},
		{`{{perStep "quick" "mean"}}`, `NMSE along the chain; 1,234 samples.

| SNR / dB | steps | first estimate / dB | best on the way / dB | after step | result / dB |
|--:|--:|--:|--:|--:|--:|
| −10 | 2 | −10.00 | −20.00 | 1 | −10.00 |
`},
		{`{{study "quick" "perstep-mean" "chain"}}`, "![chain](results/quick-perstep-mean.svg)"},
		// The last validation is the report's gap; earlier ones differ from it as
		// their NMSE does. The run ends after three minutes.
		{`{{minutes "m" "time" 10.0 "0.5,1,2.5,3,4" "run/oneshot=network"}}`, `![time](results/m.svg)

| minutes | network |
|--:|--:|
| 0.5 |  |
| 1 | +1.00 |
| 2.5 | +0.50 |
| 3 | 0.00 |
| 4 |  |
`},
	} {
		p := page{runs: runs(t)}
		got, err := p.render(c.text)
		if err != nil || strings.TrimSpace(string(got)) != strings.TrimSpace(c.want) {
			t.Errorf("%s:\n%s\n%v, want\n%s", c.text, got, err, c.want)
		}
	}
}

// A page that cannot be made says why, and is not written.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{{gap "none/oneshot" 10.0}}`:                     "has no report of",
		`{{gap "quick/mean" 10.0}}`:                       "no column mean",
		`{{gap "quick/oneshot" 11.0}}`:                    "no row at 11 dB",
		`{{gap "quick" 11.0}}`:                            "want NAME/METHOD",
		`{{gap "broken/a" 1.0}}`:                          "0 rows for 2 SNRs and 1 columns",
		`{{commands "broken"}}`:                           "no such file",
		`{{minutes "m" "t" 20.0 "1" "run/oneshot"}}`:      "no row at 20 dB",
		`{{minutes "m" "t" -10.0 "1" "run/oneshot"}}`:     "want the columns seconds and nmse_-10db",
		`{{minutes "m" "t" 10.0 "1,x" "run/oneshot"}}`:    "1,x",
		`{{perStep "quick" "ddim"}}{{lipschitz "quick"}}`: "no chains ddim",
		`{{lipschitz "quick"}}`:                           "no Lipschitz constants",
	} {
		p := page{runs: runs(t)}
		if _, err := p.render(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// The page is made of the parts that are there; without any it is the head alone.
func TestParts(t *testing.T) {
	docs := t.TempDir()
	if err := (&page{runs: runs(t), docs: docs}).write(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(docs, "results.md"))
	if err != nil || bytes.Contains(got, []byte("\n## ")) {
		t.Errorf("a page without parts has some: %v\n%s", err, got)
	}
}

// TestCheckedIn: the page shows what lies beside it, and all of it.
func TestCheckedIn(t *testing.T) {
	const docs = "../../docs"
	text, err := os.ReadFile(filepath.Join(docs, "results.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`\]\(results/([^)]+)\)`).FindAllSubmatch(text, -1) {
		shown[string(m[1])] = true
	}
	files, err := os.ReadDir(filepath.Join(docs, "results"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !shown[f.Name()] {
			t.Errorf("docs/results/%s is not on the page", f.Name())
		}
		delete(shown, f.Name())
	}
	for name := range shown {
		t.Errorf("docs/results.md shows results/%s, which is not there", name)
	}
}

// The prior of a preset is written normalised: of mean 0 and power 1.
func TestPrior(t *testing.T) {
	file := filepath.Join(t.TempDir(), "prior.npz")
	var out, errors bytes.Buffer
	if code := command().Execute(context.Background(), []string{"--prior", "quickstart", file}, cli.Streams{Out: &out, Err: &errors}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errors.String())
	}
	m, err := gmm.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	_, mean, scale, err := m.Normalize()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range append(mean, scale-1) {
		if math.Abs(v) > 1e-12 {
			t.Fatalf("mean %v and scale %v, want 0 and 1", mean, scale)
		}
	}
	if m.Dim() != 16 || m.Components() != 8 {
		t.Errorf("N = %d, K = %d, want 16 and 8", m.Dim(), m.Components())
	}
	for _, args := range [][]string{{"--prior", "quickstart"}, {"file"}, {"--prior", "mnist-none", file}} {
		if code := command().Execute(context.Background(), args, cli.Streams{Out: &out, Err: &errors}); code != cli.ExitUsage {
			t.Errorf("%v: exit code %d, want %d", args, code, cli.ExitUsage)
		}
	}
}
