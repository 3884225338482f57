package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// hostile spoils some samples of a source.
type hostile struct {
	data.Source
	bad   func(index int) bool
	value float64
}

func (h hostile) Read(dst []float32, index int) error {
	err := h.Source.Read(dst, index)
	if h.bad(index) {
		dst[0] = float32(h.value)
	}
	return err
}

// startRun returns a run in dir that is ready for its loop.
func startRun(t *testing.T, c configs.Config, dir string, change func(*data.Set)) *run {
	t.Helper()
	set, err := data.Open(context.Background(), c.Data, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(set)
	}
	return startRunOn(t, c, set, dir)
}

func startRunOn(t *testing.T, c configs.Config, set *data.Set, dir string) *run {
	t.Helper()
	l, pool := newLearner(t, c, set.Shape())
	return startRunWith(t, c, set, dir, l, pool)
}

func startRunWith(t *testing.T, c configs.Config, set *data.Set, dir string, l learner, pool *par.Pool) *run {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	text, err := configs.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRun(c, set, pool, l, state{}, home{dir: dir, yaml: string(text)}, Options{}.filled())
	if err != nil {
		t.Fatal(err)
	}
	closeLast(t, r.close)
	return r
}

// newLearner returns a learner on a runtime of its own.
func newLearner(t *testing.T, c configs.Config, shape []int) (*cpuLearner, *par.Pool) {
	t.Helper()
	rt, err := op.NewRuntime(c.Threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	l, err := newCPULearner(rt, c, shape)
	if err != nil {
		t.Fatal(err)
	}
	closeLast(t, l.Close)
	return l, rt.Pool()
}

func closeLast(t *testing.T, closing func() error) {
	t.Cleanup(func() {
		if err := closing(); err != nil {
			t.Error(err)
		}
	})
}

// spoil makes the given samples of the train split not finite.
func spoil(value float64, ids ...int) func(*data.Set) {
	return func(s *data.Set) {
		s.Train = hostile{s.Train, func(i int) bool { return len(ids) == 0 || slices.Contains(ids, i) }, value}
	}
}

// A sample that is not finite stops the run before anything changes: all that
// a checkpoint holds is bitwise that of the step before.
func TestNonFiniteStopsBeforeAnyChange(t *testing.T) {
	c := tiny()
	c.Checkpoint.EverySteps = 1
	const id = 77
	for _, value := range []float64{math.NaN(), math.Inf(1)} {
		r := startRun(t, c, t.TempDir(), spoil(value, id))
		err := r.loop(context.Background())
		var bad *NonFiniteError
		if !errors.As(err, &bad) {
			t.Fatalf("error %v, want a NonFiniteError", err)
		}
		if !slices.Equal(bad.Bad, []int{id}) || len(bad.Samples) != c.Train.Batch || bad.Step != r.at.Step+1 {
			t.Errorf("%+v after step %d", bad, r.at.Step)
		}
		for _, want := range []string{"77", "step ", "the loss is "} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("no %q in: %v", want, err)
			}
		}
		if bad.Step < 2 {
			t.Fatalf("the bad sample came in step %d, which tests little", bad.Step)
		}
		assertSameState(t, r, bad.Step-1)

		file := filepath.Join(r.folder.dir, fmt.Sprintf("nonfinite-step-%d.npz", bad.Step))
		if !strings.Contains(err.Error(), file) {
			t.Errorf("no %s in: %v", file, err)
		}
		var b bytes.Buffer
		if err := Replay(context.Background(), c, file, &b); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{fmt.Sprintf("step %d: loss NaN", bad.Step), "sample 77 at level ", "gradient of init_conv.weight is not finite"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("replayed, no %q in\n%s", want, b.String())
			}
		}
	}
}

func TestReplayRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustRun(t, tiny(), Options{Out: dir})
	for _, file := range []string{filepath.Join(dir, "none.npz"), filepath.Join(dir, CheckpointsDir, "step-24", "weights.npz")} {
		if err := Replay(context.Background(), tiny(), file, io.Discard); !configs.IsUsage(err) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// assertSameState compares a run with the checkpoint of its last step.
func assertSameState(t *testing.T, r *run, step int) {
	t.Helper()
	s, err := checkpoint.Read(r.folder.checkpoints.StepDir(step))
	if err != nil {
		t.Fatal(err)
	}
	now, err := r.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if now.Step != step {
		t.Errorf("at step %d, want %d", now.Step, step)
	}
	for i := range s.Weights {
		if !slices.Equal(s.Weights[i].Data, now.Weights[i].Data) {
			t.Errorf("%s has changed", s.Weights[i].Name)
		}
	}
	for i := range s.EMA {
		if !slices.Equal(s.EMA[i].Data, now.EMA[i].Data) {
			t.Errorf("average of %s has changed", s.EMA[i].Name)
		}
	}
	for i := range s.Optimizer {
		if !slices.Equal(s.Optimizer[i].Data, now.Optimizer[i].Data) {
			t.Errorf("%s has changed", s.Optimizer[i].Name)
		}
	}
	if got, want := string(now.State[stateSection]), string(s.State[stateSection]); got != want {
		t.Errorf("state %s, want %s", got, want)
	}
}

func TestNonFiniteGradientIsNamed(t *testing.T) {
	l, _ := newLearner(t, tiny(), []int{1, 8})
	var grads []*model.Tensor
	for _, p := range l.net.Params() {
		grads = append(grads, &model.Tensor{Name: p.Name, Data: make([]float32, len(p.Data))})
	}
	grads[3].Data[1] = float32(math.Inf(-1))
	ids := make([]int, tiny().Train.Batch)
	for i := range ids {
		ids[i] = 100 + i
	}
	err := checkStep(9, 0.5, math.Inf(1), grads, fed{in: l.gradients.in, ids: ids})
	if want := "step 9: the gradient of " + grads[3].Name + " is not finite (samples 100 101"; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v\nwant %s …", err, want)
	}
}

func TestPolicySkip(t *testing.T) {
	c := tiny()
	c.Train.OnNonFinite, c.Train.MaxNonFinite = "skip", 5
	r := startRun(t, c, t.TempDir(), spoil(math.NaN(), 77))
	if err := r.loop(context.Background()); err != nil {
		t.Fatal(err)
	}
	// 24 steps of 16 are two epochs of 192 out of 200 samples.
	if r.at.Step != 24 || r.at.Skipped < 1 || r.at.Skipped > 2 {
		t.Errorf("after %d steps %d are skipped, want 1 or 2 of 24", r.at.Step, r.at.Skipped)
	}
	assertFinite(t, r)

	all := startRun(t, c, t.TempDir(), spoil(math.NaN()))
	err := all.loop(context.Background())
	var bad *NonFiniteError
	if !errors.As(err, &bad) || all.at.Skipped != c.Train.MaxNonFinite {
		t.Errorf("where all samples are bad: %v after %d skipped steps, want an end after %d", err, all.at.Skipped, c.Train.MaxNonFinite)
	}
}

func TestPolicyRollback(t *testing.T) {
	c := tiny()
	c.Train.OnNonFinite, c.Train.MaxNonFinite = "rollback", 3
	c.Checkpoint.EverySteps = 5
	dir := t.TempDir()
	r := startRun(t, c, dir, spoil(math.NaN(), 77))
	if err := r.loop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if r.at.Step != 24 || r.at.Rollbacks < 1 || r.at.Rollbacks > c.Train.MaxNonFinite {
		t.Errorf("after %d steps the run went back %d times", r.at.Step, r.at.Rollbacks)
	}
	assertFinite(t, r)
	steps := 0
	for i, m := range readMetrics(t, dir) {
		if i > 0 && m.Step <= steps {
			t.Errorf("step %d follows step %d in metrics.jsonl", m.Step, steps)
		}
		steps = m.Step
	}

	all := startRun(t, c, t.TempDir(), spoil(math.NaN()))
	if err := all.loop(context.Background()); err == nil || all.at.Rollbacks != c.Train.MaxNonFinite {
		t.Errorf("where all samples are bad: %v after going back %d times", err, all.at.Rollbacks)
	}
}

func assertFinite(t *testing.T, r *run) {
	t.Helper()
	s, err := r.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range slices.Concat(s.Weights, s.EMA, s.Optimizer) {
		if !allFinite(w.Data) {
			t.Errorf("%s is not finite", w.Name)
		}
	}
}

func TestParsePolicy(t *testing.T) {
	for _, name := range []string{"", "stop", "skip", "rollback"} {
		if _, err := ParsePolicy(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := ParsePolicy("ignore"); err == nil {
		t.Error("an unknown policy passes")
	}
}
