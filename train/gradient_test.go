package train

import (
	"bytes"
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// accumulating makes tiny take steps of two batches of 8, or of one of 16,
// without batch norm, which would tell them apart. 192 samples are an epoch of
// both.
func accumulating(batches int) configs.Config {
	c := tiny()
	c.Data.Samples.Train = 192
	c.Model.Norm = "group"
	c.Train.Batch, c.Train.Accumulate = 16/batches, batches
	c.Train.Optimizer, c.Train.LR, c.Train.Warmup = "sgd", 0.01, 0
	return c
}

// A step of two batches is that of one batch as large as both.
func TestAccumulate(t *testing.T) {
	weights := func(batches int) ([]*model.Tensor, []Metrics) {
		dir := t.TempDir()
		r := startRun(t, accumulating(batches), dir, nil)
		if err := r.loop(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r.at.Step != 24 || r.at.Cursor.Epoch != 1 {
			t.Errorf("%d batches: after step %d in epoch %d, want step 24 at the end of epoch 1", batches, r.at.Step, r.at.Cursor.Epoch)
		}
		return r.learner.(*cpuLearner).net.Params(), readMetrics(t, dir)
	}
	one, wantLines := weights(1)
	two, lines := weights(2)
	start := startRun(t, accumulating(1), t.TempDir(), nil).learner.(*cpuLearner).net.Params()
	moved, apart := 0.0, 0.0
	for i, p := range one {
		for k, v := range p.Data {
			moved = max(moved, math.Abs(float64(v-start[i].Data[k])))
			apart = max(apart, math.Abs(float64(v-two[i].Data[k])))
		}
	}
	if moved < 1e-3 || apart > 1e-4*moved {
		t.Errorf("weights moved by up to %.3g and end up to %.3g apart", moved, apart)
	}
	for i, w := range wantLines {
		if g := lines[i]; math.Abs(g.Loss/w.Loss-1) > 1e-4 || math.Abs(g.GradNorm/w.GradNorm-1) > 1e-3 || g.Epoch != w.Epoch {
			t.Errorf("metrics %+v, want %+v", g, w)
		}
	}
}

// Interrupted between steps of two batches, a run goes on to the same end.
func TestAccumulateResumes(t *testing.T) {
	dir := t.TempDir()
	c := accumulating(2)
	c.Train.LogEvery = 1
	whole, run := filepath.Join(dir, "whole"), filepath.Join(dir, "run")
	mustRun(t, c, Options{Out: whole})
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := Run(ctx, c, Options{Out: run, Err: stopAfter{"step 9/", cancel}}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	c.Threads = 2
	mustRun(t, c, Options{Resume: run})
	if !bytes.Equal(weightsOf(t, whole, "step-24"), weightsOf(t, run, "step-24")) {
		t.Error("the resumed run ends elsewhere")
	}
}

// A sample that is not finite is named and changes nothing, whichever batch of
// the step it is in.
func TestAccumulateNonFinite(t *testing.T) {
	c := accumulating(4)
	c.Checkpoint.EverySteps = 1
	for _, id := range []int{3, 77, 100, 150} {
		r := startRun(t, c, t.TempDir(), spoil(math.NaN(), id))
		err := r.loop(context.Background())
		var bad *NonFiniteError
		if !errors.As(err, &bad) || len(bad.Bad) != 1 || bad.Bad[0] != id || len(bad.Samples) != c.Train.Batch {
			t.Fatalf("error %v", err)
		}
		assertSameState(t, r, bad.Step-1)
		var b strings.Builder
		name, err := r.keepBatch(bad)
		if err == nil {
			err = Replay(context.Background(), c, name, &b)
		}
		if err != nil || !strings.Contains(b.String(), "loss NaN") {
			t.Errorf("replayed: %v\n%s", err, b.String())
		}
	}
}
