package eval

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// Built-in weights are as close to the exact conditional mean as their README says.
func TestBuiltinGaps(t *testing.T) {
	if testing.Short() {
		t.Skip("evaluates networks")
	}
	promised := builtinGaps(t)
	if len(promised) == 0 {
		t.Fatal("the README promises nothing")
	}
	for name, most := range promised {
		r, err := Run(context.Background(), Options{Checkpoint: name, Change: func(c *configs.Config) {
			c.Data.Samples = configs.Samples{Train: 1000, Val: 1, Test: 500} // drawn one by one: the others do not matter
			c.Eval = configs.Eval{SNR: strings.Join(most.snr, ","), Methods: []string{"oneshot"}, Baselines: []string{"cme"}, Samples: 500, Match: c.Eval.Match, Start: c.Eval.Start}
		}})
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		for _, row := range r.Rows {
			if row.Method != "oneshot" {
				continue
			}
			limit := most.gap[checked]
			checked++
			gap, ci := float64(*row.GapdB), float64(*row.GapCI95)
			t.Logf("%s at %v dB: %.3f ± %.3f dB above the CME, promised %v", name, row.SNR, gap, ci, limit)
			if !(gap <= limit) || !(gap >= -2*ci) {
				t.Errorf("%s at %v dB: %.3f ± %.3f dB above the CME, want at most %v, and no less than the optimum", name, row.SNR, gap, ci, limit)
			}
		}
		if checked != len(most.snr) {
			t.Errorf("%s: %d SNRs evaluated of %v", name, checked, most.snr)
		}
	}
}

// promise is what the README of the built-in weights says of one: largest gaps of oneshot to cme.
type promise struct {
	snr []string // dB
	gap []float64
}

// builtinGaps reads the table of gaps, whose head are SNRs.
func builtinGaps(t *testing.T) map[string]promise {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "checkpoint", "builtin", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	promised := map[string]promise{}
	table := regexp.MustCompile(`(?m)^\| name ((?:\| [−\d]+ )+)\|\n\|[-|]+\n((?:\|.*\n)+)`)
	for _, m := range table.FindAllStringSubmatch(string(text), -1) {
		head := cells(strings.ReplaceAll(m[1], "−", "-"))
		for row := range strings.Lines(m[2]) {
			values := cells(row)
			g := promise{snr: head}
			for _, v := range values[1:] {
				gap, err := strconv.ParseFloat(v, 64)
				if err != nil {
					t.Fatal(err)
				}
				g.gap = append(g.gap, gap)
			}
			if len(g.gap) != len(head) {
				t.Fatalf("row %q", row)
			}
			promised[strings.Trim(values[0], "`")] = g
		}
	}
	return promised
}

// cells splits a row of a table.
func cells(row string) []string {
	parts := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return parts
}
