package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/dist/disttest"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/progress"
)

// A sweep by several ranks, with a mixture fitted by all of them, gives the figures of
// one to the last bit: rows, examples and all, whatever was finished before.
func TestSweepShared(t *testing.T) {
	dir := t.TempDir()
	run := func(g dist.Group, out string) (*report.Report, error) {
		return Run(context.Background(), Options{
			Checkpoint: denoiser.ExactPrefix + filepath.Join("..", "gmm", "testdata", "rand_gmm_n8_k4.npz"), Steps: 20, Threads: 1, Group: g, Out: out,
			Studies: Studies{SweepSteps: []int{1, 4}},
			Change: func(c *configs.Config) {
				c.Eval.Samples, c.Eval.SNR = 1100, "-10:5:10"
				c.Eval.Methods, c.Eval.Baselines = []string{"mean", "oneshot", "resample"}, []string{"ls", "cme", "gmm:5"}
			}})
	}
	want, err := run(nil, filepath.Join(dir, "one"))
	if err != nil {
		t.Fatal(err)
	}
	figures := func(r *report.Report) any {
		rows := append([]report.Row(nil), r.Rows...)
		for i := range rows {
			rows[i].Seconds = 0
		}
		return []any{rows, r.Examples, r.FewerSteps, r.Columns}
	}
	for _, ranks := range []int{2, 3} {
		out := filepath.Join(dir, fmt.Sprint(ranks))
		disttest.Run(t, ranks, func(g dist.Group) error {
			got, err := run(g, out)
			if err != nil {
				return err
			}
			if d := cmp.Diff(figures(want), figures(got)); d != "" {
				return fmt.Errorf("figures (-one rank +%d):\n%s", ranks, d)
			}
			return nil
		})
		if _, err := os.Stat(filepath.Join(out, "eval.csv")); err != nil {
			t.Error(err)
		}
	}
}

// Ranks go on with the parts that a journal has, and leave alone what is finished.
func TestSweepSharedContinues(t *testing.T) {
	request := func(g dist.Group) Request {
		r := exact(t, 1100, 1)
		r.group, r.SNRs = g, []float64{-10, -5, 0, 5, 10}
		return r
	}
	r := request(nil)
	want, err := r.evaluate(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	disttest.Run(t, 2, func(g dist.Group) error {
		j := &journal{Parts: map[string]json.RawMessage{}}
		for i, db := range []float64{-5, 5} {
			p := point{}
			for _, row := range want.Rows[(1+2*i)*len(want.Columns):][:len(want.Columns)] {
				row.Note = "from the journal"
				p.Rows = append(p.Rows, row)
			}
			text, err := json.Marshal(p)
			if err != nil {
				return err
			}
			j.Parts[dB(db)+" dB"] = text
		}
		r := request(g)
		got, err := r.evaluate(context.Background(), j, nil)
		if err != nil {
			return err
		}
		for i, row := range got.Rows {
			w := want.Rows[i]
			if row.SNR == -5 || row.SNR == 5 {
				w.Note = "from the journal"
			}
			if row.NMSE != w.NMSE || row.Note != w.Note || row.Method != w.Method {
				return fmt.Errorf("row %+v, want %+v", row, w)
			}
		}
		return nil
	})
}

// Progress of many samples, whose batches are each less than one call of all, still
// moves, and to the end.
func TestAdvance(t *testing.T) {
	const n, calls = 20000, 281
	s := &session{progress: progress.New(nil, "evaluate", 0, calls)}
	for first := 0; first < n; first += batch {
		b := min(batch, n-first)
		s.advance(calls*b, n)
		if got, want := s.progress.Count(), calls*(first+b)/n; got != want {
			t.Fatalf("after %d samples at %d, want %d", first+b, got, want)
		}
	}
}
