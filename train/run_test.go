package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
)

// tiny returns a configuration that trains in milliseconds.
func tiny() configs.Config {
	c := configs.Default()
	c.Data.Dim, c.Data.Components = 8, 2
	c.Data.Samples = configs.Samples{Train: 200, Val: 50, Test: 10}
	c.Schedule.Steps = 10
	c.Model.Channels, c.Model.Multipliers, c.Model.Blocks = 8, []int{1, 2}, 1
	c.Train.Steps, c.Train.Batch, c.Train.LR, c.Train.EMA = 24, 16, 2e-3, 0.99
	c.Train.Schedule, c.Train.Warmup, c.Train.ValEvery, c.Train.LogEvery = "cosine", 3, 8, 4
	c.Checkpoint = configs.Checkpoint{EverySteps: 10}
	c.Threads = 1
	return c
}

func mustRun(t *testing.T, c configs.Config, o Options) *Result {
	t.Helper()
	r, err := Run(context.Background(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// weightsOf returns the files of a checkpoint that must be bitwise equal
// between equivalent runs.
func weightsOf(t *testing.T, run string, step string) []byte {
	t.Helper()
	var all []byte
	for _, f := range []string{"weights.npz", "ema.npz", "optimizer.npz", "state.json"} {
		b, err := os.ReadFile(filepath.Join(run, CheckpointsDir, step, f))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

func TestRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	var log bytes.Buffer
	r := mustRun(t, tiny(), Options{Out: dir, Err: &log})
	if r.Steps != 24 || !(r.Best > 0) {
		t.Errorf("result %+v", r)
	}
	s, err := checkpoint.Read(r.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.EMA) != len(s.Weights) || len(s.Optimizer) == 0 {
		t.Error("the checkpoint is incomplete")
	}
	if !strings.Contains(log.String(), "step 24/24") || !strings.Contains(log.String(), "val(ema)") {
		t.Errorf("progress:\n%s", log.String())
	}
	lines := strings.Split(strings.TrimSpace(read(t, filepath.Join(dir, "metrics.jsonl"))), "\n")
	if len(lines) != 6 {
		t.Fatalf("%d lines of metrics, want 6", len(lines))
	}
	var m Metrics
	if err := json.Unmarshal([]byte(lines[5]), &m); err != nil || m.Step != 24 || m.ValEMA == nil || m.LR >= 2e-3 {
		t.Errorf("last line %s: %v", lines[5], err)
	}
	back, err := configs.Load(filepath.Join(dir, "config.yaml"))
	if err != nil || len(configs.Diff(back, tiny())) != 0 {
		t.Errorf("config.yaml: %v, differs in %v", err, configs.Diff(back, tiny()))
	}
	if _, err := Run(context.Background(), tiny(), Options{Out: dir}); !configs.IsUsage(err) {
		t.Errorf("a second run into the folder: %v", err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestThreads demands bitwise equal checkpoints for one and two threads.
func TestThreads(t *testing.T) {
	dir := t.TempDir()
	var want []byte
	for _, threads := range []int{1, 2} {
		c := tiny()
		c.Threads = threads
		out := filepath.Join(dir, string(rune('0'+threads)))
		mustRun(t, c, Options{Out: out})
		got := weightsOf(t, out, "step-24")
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Error("the checkpoint depends on the number of threads")
		}
	}
}

// stopAfter cancels a context once a line of progress says that a step is done.
type stopAfter struct {
	step   string
	cancel context.CancelFunc
}

func (s stopAfter) Write(b []byte) (int, error) {
	if strings.Contains(string(b), s.step) {
		s.cancel()
	}
	return len(b), nil
}

// TestResume interrupts a run at several steps; what continues it ends bitwise
// where the uninterrupted run does.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	c := tiny()
	c.Train.LogEvery = 1
	mustRun(t, c, Options{Out: whole})
	stops := []string{"step 9/", "step 1/", "step 13/", "step 23/"}
	if testing.Short() {
		stops = stops[:1]
	}
	for _, step := range stops {
		out := filepath.Join(dir, strings.Trim(step, "step /"))
		ctx, cancel := context.WithCancel(context.Background())
		_, err := Run(ctx, c, Options{Out: out, Err: stopAfter{step, cancel}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted run: %v", err)
		}
		r := mustRun(t, c, Options{Resume: out})
		if r.Steps != 24 || !bytes.Equal(weightsOf(t, out, "step-24"), weightsOf(t, whole, "step-24")) {
			t.Errorf("interrupted after %s and resumed, the run ends elsewhere", step)
		}
		if d := cmp.Diff(readMetrics(t, whole), readMetrics(t, out)); d != "" {
			t.Errorf("interrupted after %s and resumed, metrics (-want +got):\n%s", step, d)
		}
	}
}

// Milestones have checkpoints, which stay.
func TestMilestones(t *testing.T) {
	c := tiny()
	c.Checkpoint = configs.Checkpoint{EverySteps: 5, Keep: 1, Milestones: []int{3, 11}}
	c.Train.ValEvery = 24
	dir := filepath.Join(t.TempDir(), "run")
	mustRun(t, c, Options{Out: dir})
	folders, err := filepath.Glob(filepath.Join(dir, CheckpointsDir, "step-*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range folders {
		folders[i] = filepath.Base(folders[i])
	}
	if want := []string{"step-11", "step-24", "step-3"}; !slices.Equal(folders, want) {
		t.Errorf("checkpoints %v, want %v", folders, want)
	}
}

func TestDryRun(t *testing.T) {
	var b bytes.Buffer
	if err := DryRun(context.Background(), tiny(), &b, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"train     200 samples", "shape [1 8]", "parameters: ", "threads"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// TestWrongConfigurations lists settings that only meeting the data shows to be
// wrong; each is a usage error.
func TestWrongConfigurations(t *testing.T) {
	for name, change := range map[string]func(*configs.Config){
		"batch larger than the split": func(c *configs.Config) { c.Train.Batch = 201 },
		"length that does not halve":  func(c *configs.Config) { c.Data.Dim = 9 },
		"unknown optimizer":           func(c *configs.Config) { c.Train.Optimizer = "lion" },
		"unknown data":                func(c *configs.Config) { c.Data.Kind = "tape" },
		"unknown policy":              func(c *configs.Config) { c.Train.OnNonFinite = "ignore" },
		"accumulating too much":       func(c *configs.Config) { c.Train.Accumulate = 13 },
		"a group of no parameter":     func(c *configs.Config) { c.Train.Groups = []configs.ParamGroup{{Match: "biass"}} },
		"unknown norm":                func(c *configs.Config) { c.Model.Norm = "layer" },
	} {
		c := tiny()
		change(&c)
		if _, err := Run(context.Background(), c, Options{Out: filepath.Join(t.TempDir(), "run")}); !configs.IsUsage(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestDivergence makes the loss overflow: the run stops, names the step, and
// saves nothing broken.
func TestDivergence(t *testing.T) {
	c := tiny()
	c.Train.LR, c.Train.Clip, c.Train.Warmup = 1e30, 0, 0
	dir := filepath.Join(t.TempDir(), "run")
	_, err := Run(context.Background(), c, Options{Out: dir})
	if err == nil || !strings.Contains(err.Error(), "not finite") && !strings.Contains(err.Error(), "loss is") {
		t.Fatalf("error %v", err)
	}
	s, _, err := checkpoint.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range append(append(s.Weights, s.EMA...), s.Optimizer...) {
		if !allFinite(w.Data) {
			t.Errorf("%s of the last checkpoint is not finite", w.Name)
		}
	}
}

func TestOverfit(t *testing.T) {
	if testing.Short() {
		t.Skip("takes hundreds of steps")
	}
	c := tiny()
	c.Train.LR = 5e-3
	var b bytes.Buffer
	if err := Overfit(context.Background(), c, 300, &b, Options{}); err != nil {
		t.Errorf("%v\n%s", err, b.String())
	}
	c.Train.LR = 1e-9
	if err := Overfit(context.Background(), c, 10, io.Discard, Options{}); err == nil {
		t.Error("a learning rate of nearly zero passes")
	}
}
