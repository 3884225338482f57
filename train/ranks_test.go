package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/dist/disttest"
	"github.com/condmean/condmean/model"
)

// sharedRun trains on so many ranks and returns the weights after the last step.
func sharedRun(t *testing.T, ranks int, c configs.Config, o Options) []model.Tensor {
	t.Helper()
	results := make([]*Result, ranks)
	disttest.Run(t, ranks, func(g dist.Group) error {
		o := o
		o.Group = g
		r, err := Run(context.Background(), c, o)
		results[g.Rank()] = r
		return err
	})
	if t.Failed() {
		t.FailNow()
	}
	for rank, r := range results {
		if d := cmp.Diff(results[0], r); d != "" {
			t.Errorf("result on rank %d (-rank 0):\n%s", rank, d)
		}
	}
	return mustRead(t, filepath.Join(results[0].Dir, CheckpointsDir, fmt.Sprintf("step-%d", results[0].Steps))).Weights
}

// apart tells how far two networks are apart: ‖a-b‖/‖a‖ of all values together, and
// the same of the tensor where it is largest.
type apart struct {
	all, worst float64
	name       string
}

func (a apart) String() string {
	return fmt.Sprintf("%.2g; at most %.2g, of %s", a.all, a.worst, a.name)
}

func distance2(a, b []model.Tensor) (r apart) {
	var d, s float64
	for i, x := range a {
		var dx, sx float64
		for k, v := range x.Data {
			dv := float64(v) - float64(b[i].Data[k])
			dx += dv * dv
			sx += float64(v) * float64(v)
		}
		if relative := math.Sqrt(dx / max(sx, 1e-30)); relative > r.worst {
			r.worst, r.name = relative, x.Name
		}
		d, s = d+dx, s+sx
	}
	r.all = math.Sqrt(d / s)
	return r
}

// ranksConfigs are runs whose steps depend on all that ranks share: the batch's
// statistics, its random numbers, unequal shares.
func ranksConfigs() map[string]configs.Config {
	group := tiny()
	group.Model.Norm, group.Model.Channels, group.Model.Dropout = "group", 16, 0.2
	batch := tiny()
	batch.Train.Optimizer, batch.Train.Momentum, batch.Train.LR = "sgd", 0.9, 1e-2
	parts := tiny()
	parts.Train.Optimizer, parts.Train.LR = "sgd", 1e-3
	parts.Model.Norm, parts.Train.Batch, parts.Train.Accumulate = "instance", 7, 2
	gated := tinyMLP()
	all := map[string]configs.Config{"group": group, "batch": batch, "instance in parts": parts, "gated": gated}
	for name, c := range all {
		c.Train.Steps, c.Train.ValEvery, c.Checkpoint.EverySteps = 50, 25, 0
		if c.Train.Optimizer != "sgd" {
			c.Train.LR = 2e-4
		}
		all[name] = c
	}
	return all
}

// Two and three ranks take the steps of one, up to the order of sums.
func TestRanks(t *testing.T) {
	for name, c := range ranksConfigs() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			want := sharedRun(t, 1, c, Options{Out: filepath.Join(dir, "1")})
			for _, ranks := range []int{2, 3} {
				run := filepath.Join(dir, fmt.Sprint(ranks))
				got := sharedRun(t, ranks, c, Options{Out: run})
				d := distance2(want, got)
				t.Logf("%d ranks: %v", ranks, d)
				if d.all > 1e-6 || d.worst > 1e-5 {
					t.Errorf("%d ranks: %v", ranks, d)
				}
				for i, m := range readMetrics(t, run) {
					one := readMetrics(t, filepath.Join(dir, "1"))[i]
					if m.Step != one.Step || math.Abs(m.Loss-one.Loss) > 1e-6*one.Loss || m.Val != nil && math.Abs(*m.Val-*one.Val) > 1e-6**one.Val {
						t.Errorf("%d ranks: metrics %+v, want %+v", ranks, m, one)
					}
				}
			}
		})
	}
}

// A batch norm makes what is added to all of a channel in front of it vanish: the
// gradient of such a bias is rounding alone, of which Adam makes whole steps. All that
// matters to the function of the training is equal all the same.
func TestRanksBatchNormAdam(t *testing.T) {
	c := tiny()
	c.Train.Steps, c.Train.ValEvery, c.Train.LR, c.Checkpoint.EverySteps = 50, 25, 2e-4, 0
	dir := t.TempDir()
	one := sharedRun(t, 1, c, Options{Out: filepath.Join(dir, "1")})
	two := sharedRun(t, 2, c, Options{Out: filepath.Join(dir, "2")})
	vanishes := func(name string) bool {
		return strings.HasSuffix(name, ".time_mlp.1.bias") || strings.HasSuffix(name, ".running_mean") ||
			name == "ups.4.block2.3.bias" || name == "ups.4.bypass.bias"
	}
	var a, b []model.Tensor
	for i, x := range one {
		if !vanishes(x.Name) {
			a, b = append(a, x), append(b, two[i])
		}
	}
	d := distance2(a, b)
	t.Logf("%v; with what vanishes: %v", d, distance2(one, two))
	if d.all > 1e-6 || d.worst > 1e-5 || len(a) < len(one)*3/4 {
		t.Errorf("%v; %d of %d tensors compared", d, len(a), len(one))
	}
}

// A repeated run is bitwise the same, and one goes on with other numbers of ranks: as
// long as it has the same number, bitwise.
func TestRanksRepeatAndResume(t *testing.T) {
	c := tiny()
	c.Model.Norm, c.Model.Channels, c.Train.LR = "group", 16, 2e-4
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	sharedRun(t, 2, c, Options{Out: path("a")})
	sharedRun(t, 2, c, Options{Out: path("b")})
	if !bytes.Equal(weightsOf(t, path("a"), "step-24"), weightsOf(t, path("b"), "step-24")) {
		t.Error("a repeated run ends elsewhere")
	}
	sharedRun(t, 2, c, Options{Resume: filepath.Join(path("b"), CheckpointsDir, "step-10")})
	if !bytes.Equal(weightsOf(t, path("a"), "step-24"), weightsOf(t, path("b"), "step-24")) {
		t.Error("a run that goes on from step 10 ends elsewhere")
	}
	for at, ranks := range []int{2, 3, 1} {
		c.Train.Steps = 8 * (at + 1)
		c.Train.Schedule = "constant" // of any number of steps
		o := Options{Out: path("c")}
		if at > 0 {
			o = Options{Resume: path("c")}
		}
		got := sharedRun(t, ranks, c, o)
		if at == 2 {
			one := sharedRun(t, 1, c, Options{Out: path("d")})
			if d := distance2(one, got); d.all > 1e-6 || d.worst > 1e-5 {
				t.Errorf("2, 3 and 1 ranks: %v from one run", d)
			}
		}
	}
}

// asker asks to stop at a step, as a scheduler's signal does on some of the ranks.
type asker struct {
	stop func()
	at   string
}

func (a *asker) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(a.at)) {
		a.stop()
	}
	return len(b), nil
}

// A rank that is asked to stop stops all of them behind one step, which is saved, and
// from which the run goes on bitwise.
func TestRanksStop(t *testing.T) {
	c := tiny()
	c.Train.LogEvery, c.Checkpoint.EverySteps = 1, 0
	dir := t.TempDir()
	sharedRun(t, 3, c, Options{Out: filepath.Join(dir, "whole")})
	run := filepath.Join(dir, "stopped")
	disttest.Run(t, 3, func(g dist.Group) error {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		o := Options{Out: run, Group: g}
		if g.Rank() == 2 {
			o.Err = &asker{cancel, "step 7/"}
		}
		_, err := Run(ctx, c, o)
		if !errors.Is(err, context.Canceled) {
			return fmt.Errorf("error: %v", err)
		}
		return nil
	})
	latest, err := checkpoint.ResolveLatest(run)
	if err != nil {
		t.Fatal(err)
	}
	if s := mustRead(t, latest); s.Step != 7 {
		t.Errorf("stopped at step %d", s.Step)
	}
	sharedRun(t, 3, c, Options{Resume: run})
	if !bytes.Equal(weightsOf(t, filepath.Join(dir, "whole"), "step-24"), weightsOf(t, run, "step-24")) {
		t.Error("the run went on elsewhere")
	}
}

// All ranks leave out a step that is not finite, whoever has the bad sample, and rank 0
// keeps all of its batch.
func TestRanksNonFinite(t *testing.T) {
	for _, policy := range []Policy{PolicySkip, PolicyRollback, PolicyStop} {
		c := tiny()
		c.Train.OnNonFinite, c.Train.MaxNonFinite, c.Train.Steps = string(policy), 3, 12
		c.Checkpoint.EverySteps, c.Data.Fresh = 4, false
		dir := filepath.Join(t.TempDir(), "run")
		disttest.Run(t, 2, func(g dist.Group) error {
			o := Options{Out: dir, Group: g}
			o.Check = func(set *data.Set) error {
				spoil(math.NaN(), 17)(set)
				return nil
			}
			_, err := Run(context.Background(), c, o)
			if bad := (*NonFiniteError)(nil); policy == PolicyStop && (!errors.As(err, &bad) || len(bad.Samples) != 16 || len(bad.Bad) != 1 || bad.Bad[0] != 17) {
				return fmt.Errorf("error: %v", err)
			} else if policy == PolicyStop {
				return nil
			}
			return err
		})
		files, err := filepath.Glob(filepath.Join(dir, "nonfinite-step-*.npz"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%s: kept %v, %v", policy, files, err)
		}
		var found bytes.Buffer
		if err := Replay(context.Background(), c, files[0], &found); err != nil || !strings.Contains(found.String(), "sample 17 at level") {
			t.Errorf("%s: replayed: %v\n%s", policy, err, &found)
		}
	}
}

// Ranks with other settings are refused.
func TestRanksRefuse(t *testing.T) {
	disttest.Run(t, 2, func(g dist.Group) error {
		err := sameEverywhere(g, fmt.Sprintf("seed: %d", g.Rank()), "generic")
		if err == nil || !strings.Contains(err.Error(), "the settings") {
			return fmt.Errorf("other settings: %v", err)
		}
		return nil
	})
}

// Batches of fewer samples than ranks are refused.
func TestRanksFewSamples(t *testing.T) {
	c := tiny()
	c.Train.Batch, c.Model.Norm = 2, "group"
	out := filepath.Join(t.TempDir(), "run")
	disttest.Run(t, 3, func(g dist.Group) error {
		_, err := Run(context.Background(), c, Options{Out: out, Group: g})
		if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "2 samples cannot be shared by 3 processes") {
			return fmt.Errorf("error: %v", err)
		}
		return nil
	})
	if _, err := os.Stat(filepath.Join(out, CheckpointsDir)); err == nil {
		t.Error("the run left checkpoints")
	}
}

// Weights that came apart are noticed.
func TestRanksDrift(t *testing.T) {
	set, err := data.Open(context.Background(), tiny().Data, 1)
	if err != nil {
		t.Fatal(err)
	}
	disttest.Run(t, 2, func(g dist.Group) error {
		l, _ := newLearner(t, tiny(), set.Shape())
		if err := sameWeights(g, l.net); err != nil {
			return err
		}
		w := l.net.Params()[3].Data
		if g.Rank() == 1 {
			w[0] = math.Nextafter32(w[0], 1)
		}
		if err := sameWeights(g, l.net); err == nil {
			return fmt.Errorf("drifted: %v", err)
		}
		return nil
	})
}
