package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
)

func TestResumeRefusesOtherSettings(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := tiny()
	mustRun(t, c, Options{Out: dir})
	for key, change := range map[string]func(*configs.Config){
		"train.lr":       func(c *configs.Config) { c.Train.LR = 1 },
		"seed":           func(c *configs.Config) { c.Seed++ },
		"model.channels": func(c *configs.Config) { c.Model.Channels = 16 },
		"data.dim":       func(c *configs.Config) { c.Data.Dim = 16 },
		"train.ema":      func(c *configs.Config) { c.Train.EMA = 0 },
	} {
		other := c.Clone()
		change(&other)
		if _, err := Run(context.Background(), other, Options{Resume: dir}); !configs.IsUsage(err) || !strings.Contains(err.Error(), key+" cannot change") {
			t.Errorf("%s: %v", key, err)
		}
	}
	more := c.Clone()
	more.Train.Steps, more.Train.LogEvery, more.Eval.Samples, more.Threads = 30, 1, 5, 2
	if r := mustRun(t, more, Options{Resume: dir}); r.Steps != 30 {
		t.Errorf("the longer run ended after step %d", r.Steps)
	}
	s, err := checkpoint.Read(filepath.Join(dir, CheckpointsDir, "step-30"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"change":"train.steps: 24 → 30"`, `"step":24`, `"change":"eval.samples: 10000 → 5"`} {
		if !strings.Contains(string(s.State[stateSection]), want) {
			t.Errorf("no %s in %s", want, s.State[stateSection])
		}
	}
	if back, err := configs.Load(filepath.Join(dir, ConfigFile)); err != nil || len(configs.Diff(back, more)) != 0 {
		t.Errorf("config.yaml: %v, differs in %v", err, configs.Diff(back, more))
	}
}

// A run can be continued from any of its checkpoints, and a damaged one is
// refused with the name of the one to take instead.
func TestResumeFromCheckpoint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c := tiny()
	mustRun(t, c, Options{Out: dir})
	want := weightsOf(t, dir, "step-24")
	metrics := readMetrics(t, dir)
	mustRun(t, c, Options{Resume: filepath.Join(dir, CheckpointsDir, "step-10")})
	if !bytes.Equal(weightsOf(t, dir, "step-24"), want) {
		t.Error("continued from step 10 the run ends elsewhere")
	}
	if d := cmp.Diff(metrics, readMetrics(t, dir)); d != "" {
		t.Errorf("metrics (-before +after):\n%s", d)
	}
	broken := filepath.Join(dir, CheckpointsDir, "step-24", "optimizer.npz")
	if err := os.Truncate(broken, 100); err != nil {
		t.Fatal(err)
	}
	_, err := Run(context.Background(), c, Options{Resume: dir})
	var damaged *checkpoint.DamagedError
	if !errors.As(err, &damaged) || !strings.Contains(err.Error(), broken) || !strings.Contains(err.Error(), "--resume "+damaged.LastGood) {
		t.Fatalf("damaged checkpoint: %v", err)
	}
	mustRun(t, c, Options{Resume: damaged.LastGood})
	if !bytes.Equal(weightsOf(t, dir, "step-24"), want) {
		t.Error("continued from the last good checkpoint the run ends elsewhere")
	}
}

// A run that goes on from an older checkpoint leaves the line that it had taken
// from there: neither its latest and best checkpoints nor what it falls back on
// when a step is not finite are of that line, and it ends where a run ends that
// was never interrupted.
func TestResumeLeavesAbandonedLine(t *testing.T) {
	c := tiny()
	c.Train.ValEvery, c.Train.LogEvery, c.Checkpoint.EverySteps = 2, 1, 2
	c.Checkpoint.Milestones = []int{6, 16}
	dir := filepath.Join(t.TempDir(), "run")
	mustRun(t, c, Options{Out: dir})
	whole := tree(t, dir)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Run(ctx, c, Options{Resume: filepath.Join(dir, CheckpointsDir, "step-10"), Err: stopAfter{"step 13/", cancel}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	run := checkpoint.Run{Dir: filepath.Join(dir, CheckpointsDir)}
	for what, find := range map[string]func() (string, error){"latest": run.Latest, "best": run.Best, "last good": run.LastGood} {
		found, err := find()
		if err != nil {
			t.Fatal(err)
		}
		s, err := checkpoint.Read(found)
		if err != nil || s.Step > 13 || what != "best" && s.Step != 13 {
			t.Errorf("%s is %s, %v, though the run is at step 13", what, found, err)
		}
	}
	if pinned := read(t, filepath.Join(run.Dir, "pinned")); pinned != "step-6\n" {
		t.Errorf("pinned: %q", pinned)
	}
	for _, m := range readMetrics(t, dir) {
		if m.Step > 13 {
			t.Errorf("a line of metrics of step %d", m.Step)
		}
	}
	mustRun(t, c, Options{Resume: dir})
	for path, want := range whole {
		name := filepath.Base(path)
		if slices.Contains([]string{"weights.npz", "ema.npz", "optimizer.npz", "state.json", "latest", "best", "pinned"}, name) && read(t, path) != want {
			t.Errorf("%s differs from that of the uninterrupted run", path)
		}
	}
}

// A rollback behind such a resume stays on the line.
func TestRollbackAfterResume(t *testing.T) {
	c := tiny()
	c.Train.OnNonFinite, c.Train.MaxNonFinite, c.Checkpoint.EverySteps = "rollback", 1, 5
	dir := filepath.Join(t.TempDir(), "run")
	mustRun(t, c, Options{Out: dir})
	set, err := data.Open(context.Background(), c.Data, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	l, pool := newLearner(t, c, set.Shape())
	s, err := checkpoint.Read(filepath.Join(dir, CheckpointsDir, "step-10"))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Resume: dir}.filled()
	at, err := resume(s, c, set, l, o.Log)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRun(c, set, pool, l, at, home{dir: dir}, o)
	if err != nil {
		t.Fatal(err)
	}
	closeLast(t, r.close)
	if err := r.rollback(context.Background(), r.at.Cursor); err != nil {
		t.Fatal(err)
	}
	if r.at.Step != 10 || r.at.BestStep > 10 {
		t.Errorf("went back to step %d, best step %d, want step 10", r.at.Step, r.at.BestStep)
	}
	now, err := r.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range s.Weights {
		if !slices.Equal(w.Data, now.Weights[i].Data) {
			t.Errorf("%s differs", w.Name)
		}
	}
}

// A checkpoint of an abandoned line is resumed under its own name only.
func TestResumeAbandoned(t *testing.T) {
	c := tiny()
	dir := filepath.Join(t.TempDir(), "run")
	mustRun(t, c, Options{Out: dir})
	checkpoints := filepath.Join(dir, CheckpointsDir)
	aside := filepath.Join(checkpoints, "abandoned-step-20")
	if err := os.Rename(filepath.Join(checkpoints, "step-20"), aside); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), c, Options{Resume: aside}); !configs.IsUsage(err) || !strings.Contains(err.Error(), filepath.Join(checkpoints, "step-20")) {
		t.Errorf("error %v", err)
	}
}

func TestNothingToResume(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "nothing")} {
		if _, err := Run(context.Background(), tiny(), Options{Resume: path}); !configs.IsUsage(err) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// meddler starts a second run in the folder of one at work.
type meddler struct {
	dir  string
	errs []error
}

func (m *meddler) Write(b []byte) (int, error) {
	if m.errs == nil {
		_, resume := Run(context.Background(), tiny(), Options{Resume: m.dir})
		_, fresh := Run(context.Background(), tiny(), Options{Out: m.dir})
		m.errs = []error{resume, fresh}
	}
	return len(b), nil
}

func TestLockKeepsOthersOut(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	m := &meddler{dir: dir}
	mustRun(t, tiny(), Options{Out: dir, Err: m})
	for _, err := range m.errs {
		if !configs.IsUsage(err) || !strings.Contains(err.Error(), "trains in this folder") {
			t.Errorf("a second run in the folder: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, lockFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file stays: %v", err)
	}
	// One left by a process that was killed is no obstacle.
	if err := os.WriteFile(filepath.Join(dir, lockFile), []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, tiny(), Options{Resume: dir})
}

// fullDisk has no room for the files of one checkpoint.
type fullDisk struct {
	checkpoint.OS
	step string
}

func (d fullDisk) Create(name string) (checkpoint.File, error) {
	if strings.Contains(name, d.step) {
		return nil, fmt.Errorf("%s: no space left on device", name)
	}
	return d.OS.Create(name)
}

// A checkpoint that cannot be written ends the run with an error that says so,
// and the one before continues to the same end.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	c := tiny()
	c.Checkpoint.EverySteps = 5
	whole, run := filepath.Join(dir, "whole"), filepath.Join(dir, "run")
	mustRun(t, c, Options{Out: whole})
	r := startRun(t, c, run, nil)
	r.folder.checkpoints.FS = fullDisk{step: "step-15"}
	if err := r.loop(context.Background()); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Fatalf("error %v", err)
	}
	if r := mustRun(t, c, Options{Resume: run}); r.Steps != 24 {
		t.Errorf("%+v", r)
	}
	if !bytes.Equal(weightsOf(t, run, "step-24"), weightsOf(t, whole, "step-24")) {
		t.Error("the resumed run ends elsewhere")
	}
}

// A checkpoint whose checksums are right is not trusted either: what cannot be
// gone on from is refused, by name, before the run's folder is touched.
func TestResumeVetsTheCheckpoint(t *testing.T) {
	c := tiny()
	dir := filepath.Join(t.TempDir(), "run")
	mustRun(t, c, Options{Out: dir})
	step := filepath.Join(dir, CheckpointsDir, "step-10")
	good, err := checkpoint.Read(step)
	if err != nil {
		t.Fatal(err)
	}
	nan := float32(math.NaN())
	spoiled := func(tensors []model.Tensor, v float32) []model.Tensor {
		tensors = slices.Clone(tensors)
		tensors[0].Data = slices.Repeat([]float32{v}, len(tensors[0].Data))
		return tensors
	}
	for want, change := range map[string]func(*checkpoint.Snapshot){
		"tensor " + good.Weights[0].Name:                   func(s *checkpoint.Snapshot) { s.Weights = spoiled(s.Weights, nan) },
		"averaged tensor " + good.EMA[0].Name:              func(s *checkpoint.Snapshot) { s.EMA = spoiled(s.EMA, nan) },
		"state of the optimizer " + good.Optimizer[0].Name: func(s *checkpoint.Snapshot) { s.Optimizer = spoiled(s.Optimizer, nan) },
		"scale": func(s *checkpoint.Snapshot) { s.Norm["scale"] = []float64{math.NaN()} },
		"samples have the shape [1 8], those of the run had [1 16]": func(s *checkpoint.Snapshot) { s.Sample, s.Norm = []int{1, 16}, nil },
		"the checkpoint's fingerprint of the data":                  func(s *checkpoint.Snapshot) { s.Data = json.RawMessage(`{"shape":[]}`) },
	} {
		s, err := checkpoint.Read(step)
		if err != nil {
			t.Fatal(err)
		}
		change(s)
		if err := checkpoint.Write(step, s); err != nil {
			t.Fatal(err)
		}
		before := tree(t, dir)
		if _, err := Run(context.Background(), c, Options{Resume: step}); !configs.IsUsage(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want a UsageError with %q", err, want)
		}
		if d := cmp.Diff(before, tree(t, dir)); d != "" {
			t.Errorf("%s: the folder changed (-before +after):\n%s", want, d)
		}
		if err := checkpoint.Write(step, good); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, c, Options{Resume: step})
}
