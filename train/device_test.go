//go:build xla && (linux || darwin)

package train

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/device/devicetest"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// newLearnerOn returns a learner on the plugin's device, on a runtime of its own.
func newLearnerOn(t *testing.T, c configs.Config, shape []int) *deviceLearner {
	t.Helper()
	d := devicetest.Open(t)
	rt, err := op.NewRuntime(c.Threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	l, err := newDeviceLearner(rt, c, shape, d)
	if err != nil {
		t.Fatal(err)
	}
	closeLast(t, l.Close)
	return l
}

// onDevices are trainings that together have every optimizer, and all that a step
// does beside the graph.
func onDevices() map[string]configs.Config {
	unet := tiny() // running statistics, dropout, several batches a step
	unet.Model.Dropout, unet.Train.Accumulate, unet.Train.Optimizer, unet.Train.Momentum = 0.1, 2, "sgd", 0.9
	decay, none := 0.1, 0.0
	unet.Train.WeightDecay, unet.Train.Clip = &decay, 0.5
	adam := tinyMLP()
	adam.Train.WeightDecay, adam.Train.Clip = &decay, 0.5
	adam.Train.Groups = []configs.ParamGroup{{Match: `bias$`, LR: &none}}
	adamw := tinyMLP()
	adamw.Train.Optimizer, adamw.Train.Accumulate = "adamw", 2
	lora := tinyMLP()
	lora.Adapt.LoRA = configs.LoRA{Rank: 2, Scale: 8, Targets: `weight$`, Train: `bias$`}
	frozen := tiny() // batch norms that are held
	frozen.Model.Kind, frozen.Model.CNN = "cnn", configs.CNN{Pre: []int{5, 9}, Post: []int{7}, TimeLayers: 2, Embedding: 8}
	frozen.Adapt.Freeze, frozen.Train.EMA = []string{"pre"}, 0
	return map[string]configs.Config{"unet, SGD, accumulated, dropout": unet, "mlp, Adam, groups": adam, "mlp, AdamW, accumulated": adamw, "mlp, LoRA": lora, "cnn, frozen": frozen, "experts": tinyExperts()}
}

// farApart is the length of a - b, and that of a - c, over all values but counters.
func farApart(a, b, c []model.Tensor) (ab, ac float64) {
	for i, t := range a {
		if len(t.Shape) == 0 {
			continue
		}
		for k, v := range t.Data {
			ab += math.Pow(float64(v)-float64(b[i].Data[k]), 2)
			ac += math.Pow(float64(v)-float64(c[i].Data[k]), 2)
		}
	}
	return math.Sqrt(ab), math.Sqrt(ac)
}

// Ten steps on the device end where those of the CPU do: weights, averages,
// moments, adapters, losses and norms. Both compute in float32, whose gradients are
// right to about 1e-6 of their size (TestDeviceGraphs). Adam divides small gradients
// by themselves and so makes much of their rounding: what is left apart after ten
// steps may be 1e-4 of what has moved, and of SGD, which is linear in them, 1e-5.
func TestDeviceTrajectory(t *testing.T) {
	devicetest.Plugin(t)
	for name, c := range onDevices() {
		t.Run(name, func(t *testing.T) {
			set, err := data.Open(context.Background(), c.Data, c.Seed)
			if err != nil {
				t.Fatal(err)
			}
			batch, err := readFirstBatch(set, c.Train.Batch)
			if err != nil {
				t.Fatal(err)
			}
			own, _ := newLearner(t, c, set.Shape())
			there := newLearnerOn(t, c, set.Shape())
			start := copyOf(t, own)
			if d := differing(start, copyOf(t, there)); d != "" {
				t.Fatalf("%s differs at the beginning", d)
			}
			for s := 1; s <= 10; s++ {
				for _, l := range []learner{own, there} {
					if _, err := l.Step(context.Background(), turn{step: s, update: s, lr: 2e-3}, batch); err != nil {
						t.Fatal(err)
					}
				}
			}
			limit := 1e-4
			if c.Train.Optimizer == "sgd" {
				limit = 1e-5
			}
			want, got := copyOf(t, own), copyOf(t, there)
			for _, v := range []struct {
				what           string
				got, want, was []model.Tensor
			}{{"weights", got.weights, want.weights, start.weights}, {"averages", got.averaged, want.averaged, start.averaged},
				{"optimizer", got.optimizer, want.optimizer, start.optimizer}, {"adapters", got.adapters, want.adapters, start.adapters}} {
				if len(v.want) == 0 {
					continue
				}
				e, moved := farApart(v.want, v.got, v.was)
				t.Logf("%s: %.2g of what has moved", v.what, e/moved)
				if !(e <= limit*moved) || moved == 0 {
					t.Errorf("%s moved by %.3g and are %.2g apart", v.what, moved, e)
				}
			}
			for i, w := range want.weights { // counters, and what is held
				if held := own.net.Held(w.Name); (held || len(w.Shape) == 0) && !slices.Equal(w.Data, got.weights[i].Data) {
					t.Errorf("%s: %v, want %v", w.Name, got.weights[i].Data, w.Data)
				}
			}
			l1, n1, _ := own.Measure()
			l2, n2, _ := there.Measure()
			if math.Abs(l2/l1-1) > 1e-5 || math.Abs(n2/n1-1) > 1e-3 {
				t.Errorf("loss %v and norm %v, want %v and %v", l2, n2, l1, n1)
			}
		})
	}
}

// The device refuses a step that would spoil anything as the CPU does, and
// changes nothing.
func TestDeviceRefusesToBeSpoilt(t *testing.T) {
	devicetest.Plugin(t)
	overflow := tinyMLP()
	overflow.Adapt.LoRA = configs.LoRA{Rank: 2, Scale: 1e39, Targets: `gates.*(query|value)\.weight$`}
	second := tinyMLP()
	second.Train.Accumulate = 2
	for name, v := range map[string]struct {
		c     configs.Config
		value float32
	}{
		"loss":               {second, float32(math.NaN())},
		"running statistics": {tiny(), 1e30},
		"adapters":           {overflow, 1},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := data.Open(context.Background(), v.c.Data, v.c.Seed)
			if err != nil {
				t.Fatal(err)
			}
			var what []string
			own, _ := newLearner(t, v.c, set.Shape())
			for _, l := range []learner{own, newLearnerOn(t, v.c, set.Shape())} {
				batch, err := readFirstBatch(set, v.c.Train.Batch)
				if err != nil {
					t.Fatal(err)
				}
				before := copyOf(t, l)
				batch.X[0] = v.value
				_, err = l.Step(context.Background(), turn{step: 1, update: 1, lr: 1e-3}, batch)
				var bad *NonFiniteError
				if !errors.As(err, &bad) {
					t.Fatalf("error %v", err)
				}
				what = append(what, bad.What)
				if d := differing(before, copyOf(t, l)); d != "" {
					t.Errorf("%s has changed", d)
				}
			}
			if what[0] != what[1] {
				t.Errorf("%q, want %q", what[1], what[0])
			}
		})
	}
}

// A run begun on one device goes on on the other, with the same files; the log and
// the checkpoint say so. It ends near where a run on one alone does.
func TestResumeOnAnotherDevice(t *testing.T) {
	d := devicetest.Open(t)
	c := tinyMLP()
	c.Train.Clip, c.Train.Schedule = 1, "constant"
	whole, dir := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "run")
	mustRun(t, c, Options{Out: whole})
	want := mustRead(t, filepath.Join(whole, CheckpointsDir, "step-24"))
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	first, then := c.Clone(), c.Clone()
	first.Train.Steps, then.Train.Steps = 12, 18
	mustRun(t, first, Options{Out: dir, Device: d})
	mustRun(t, then, Options{Resume: dir, Log: logger})
	mustRun(t, c, Options{Resume: dir, Device: d, Log: logger})
	got := mustRead(t, filepath.Join(dir, CheckpointsDir, "step-24"))
	if n := strings.Count(log.String(), "not bitwise"); n != 2 {
		t.Errorf("the log tells of %d changes of the device:\n%s", n, log.String())
	}
	for _, s := range []string{d.String() + " → cpu", "cpu → " + d.String(), `"device":"` + d.String()} {
		if !strings.Contains(strings.ReplaceAll(string(got.State[stateSection]), `\u003e`, ">"), s) {
			t.Errorf("no %q in %s", s, got.State[stateSection])
		}
	}
	begin, _ := newLearner(t, c, []int{1, 8})
	if e, moved := farApart(want.Weights, got.Weights, begin.net.State()); !(e < 1e-3*moved) {
		t.Errorf("weights moved by %.3g and are %.2g apart", moved, e)
	}
}

// Policies for steps that are not finite do on the device what they do on the CPU, with
// the same batches: it has prepared the next step when it hears of one.
func TestDevicePolicies(t *testing.T) {
	devicetest.Plugin(t)
	for _, policy := range []Policy{PolicySkip, PolicyRollback} {
		c := tinyMLP()
		c.Data.Fresh, c.Train.OnNonFinite, c.Train.MaxNonFinite, c.Train.Schedule = false, string(policy), 3, "constant"
		var ends [2]*run
		for i := range ends {
			set, err := data.Open(context.Background(), c.Data, c.Seed)
			if err != nil {
				t.Fatal(err)
			}
			spoil(math.NaN(), 77)(set)
			l, pool := newLearner(t, c, set.Shape())
			ends[i] = startRunWith(t, c, set, t.TempDir(), l, pool)
			if i == 1 {
				ends[i] = startRunWith(t, c, set, t.TempDir(), newLearnerOn(t, c, set.Shape()), pool)
			}
			if err := ends[i].loop(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		own, there := ends[0].at, ends[1].at
		if own.Skipped+own.Rollbacks == 0 || own.Step != there.Step || own.Skipped != there.Skipped || own.Rollbacks != there.Rollbacks || own.Cursor != there.Cursor {
			t.Errorf("%s: the device ended at %+v, want %+v", policy, there, own)
		}
		begin, _ := newLearner(t, c, []int{1, 8})
		if e, moved := farApart(copyOf(t, ends[0].learner).weights, copyOf(t, ends[1].learner).weights, begin.net.State()); !(e < 1e-3*moved) {
			t.Errorf("%s: weights moved by %.3g and are %.2g apart", policy, moved, e)
		}
	}
}

// A run on the device begins with given weights, of which some are held.
func TestFineTuneOnDevice(t *testing.T) {
	d := devicetest.Open(t)
	c, from := tinyMLP(), filepath.Join(t.TempDir(), "source")
	begin := mustRead(t, mustRun(t, c, Options{Out: from}).Checkpoint)
	c.Init.From, c.Adapt.Freeze = from, []string{"^blocks"}
	var ends [2]*checkpoint.Snapshot
	for i, on := range []device.Device{nil, d} {
		ends[i] = mustRead(t, mustRun(t, c, Options{Out: filepath.Join(t.TempDir(), "run"), Device: on}).Checkpoint)
	}
	if e, moved := farApart(ends[0].Weights, ends[1].Weights, begin.EMA); !(e < 1e-3*moved) {
		t.Errorf("weights moved by %.3g and are %.2g apart", moved, e)
	}
	for i, w := range ends[1].Weights {
		if strings.HasPrefix(w.Name, "blocks") && !slices.Equal(w.Data, begin.EMA[i].Data) {
			t.Errorf("%s is held and has moved", w.Name)
		}
	}
}

// Validation, policies for steps that are not finite, the self-test and the dry run
// work on the device.
func TestRunOnDevice(t *testing.T) {
	d := devicetest.Open(t)
	c := tinyMLP()
	c.Train.OnNonFinite = "skip"
	own, there := filepath.Join(t.TempDir(), "own"), filepath.Join(t.TempDir(), "there")
	mustRun(t, c, Options{Out: own})
	mustRun(t, c, Options{Out: there, Device: d})
	a, b := readMetrics(t, own), readMetrics(t, there)
	if len(a) != len(b) {
		t.Fatalf("%d lines of metrics, want %d", len(b), len(a))
	}
	for i, w := range a {
		if g := b[i]; math.Abs(g.Loss/w.Loss-1) > 1e-3 || (w.Val == nil) != (g.Val == nil) || w.Val != nil && math.Abs(*g.Val / *w.Val - 1) > 1e-3 {
			t.Errorf("metrics %+v, want %+v", g, w)
		}
	}
	var text bytes.Buffer
	if err := DryRun(context.Background(), c, &text, Options{Device: d}); err != nil || !strings.Contains(text.String(), "on "+d.String()) {
		t.Errorf("dry run: %v\n%s", err, text.String())
	}
	if err := Overfit(context.Background(), c, 2000, io.Discard, Options{Device: d}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(there, "metrics.csv")); err != nil {
		t.Error(err)
	}
}
