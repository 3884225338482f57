package train

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// trainedRun returns the folder of a finished tiny run, and its checkpoint.
func trainedRun(t *testing.T) (string, *checkpoint.Snapshot) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "source")
	return dir, mustRead(t, mustRun(t, tiny(), Options{Out: dir}).Checkpoint)
}

func mustRead(t *testing.T, dir string) *checkpoint.Snapshot {
	t.Helper()
	s, err := checkpoint.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// adapting are the kinds of runs that begin with given weights.
func adapting(from string) map[string]configs.Config {
	freeze, lora, remap, average := tiny(), tiny(), tiny(), tiny()
	freeze.Adapt.Freeze = []string{`^downs`, `^init_conv`}
	lora.Adapt.LoRA.Rank, lora.Adapt.LoRA.Train = 2, "^mid.*(bias|block1.0.weight)$"
	lora.Train.Accumulate = 2
	remap.Adapt.Levels, remap.Schedule.Steps = remap.Schedule, 25
	average.Init.EMA = "continue"
	all := map[string]configs.Config{"freeze": freeze, "lora": lora, "remap": remap, "average": average}
	for name, c := range all {
		c.Init.From = from
		c.Train.LogEvery = 1
		c.Seed = 7
		all[name] = c
	}
	return all
}

// TestResumeAdapted interrupts adapting runs; what continues them ends bitwise
// where the uninterrupted runs do, although the weights they began with are gone.
func TestResumeAdapted(t *testing.T) {
	from, _ := trainedRun(t)
	dir := t.TempDir()
	configs := adapting(from)
	for name, c := range configs {
		mustRun(t, c, Options{Out: filepath.Join(dir, name, "whole")})
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		part := filepath.Join(dir, name, "part")
		if _, err := Run(ctx, c, Options{Out: part, Err: stopAfter{"step 13/", cancel}}); err == nil {
			t.Fatalf("%s: the run was not interrupted", name)
		}
	}
	if err := os.RemoveAll(from); err != nil {
		t.Fatal(err)
	}
	for name, c := range configs {
		whole, part := filepath.Join(dir, name, "whole"), filepath.Join(dir, name, "part")
		c.Threads = 2
		mustRun(t, c, Options{Resume: part})
		if !bytes.Equal(weightsOf(t, part, "step-24"), weightsOf(t, whole, "step-24")) {
			t.Errorf("%s: the resumed run ends elsewhere", name)
		}
		if name != "lora" {
			continue
		}
		const file = "adapters.npz"
		if read(t, filepath.Join(part, CheckpointsDir, "step-24", file)) != read(t, filepath.Join(whole, CheckpointsDir, "step-24", file)) {
			t.Error("the adapters end elsewhere")
		}
	}
}

// TestFreeze: frozen tensors, statistics and averages too, are bitwise those
// that the run began with; the others moved.
func TestFreeze(t *testing.T) {
	from, source := trainedRun(t)
	c := adapting(from)["freeze"]
	c.Train.Groups = []configs.ParamGroup{{Match: "bias$"}}
	s := mustRead(t, mustRun(t, c, Options{Out: filepath.Join(t.TempDir(), "run")}).Checkpoint)
	frozen := regexp.MustCompile(`^downs|^init_conv`)
	for _, part := range [][]model.Tensor{s.Weights, s.EMA} {
		for i, want := range source.EMA { // what a checkpoint gives by default
			same := true
			for k, v := range want.Data {
				same = same && math.Float32bits(v) == math.Float32bits(part[i].Data[k])
			}
			if same != frozen.MatchString(want.Name) {
				t.Errorf("%s: frozen %v, bitwise the same %v", want.Name, !same, same)
			}
		}
	}
	if slices.ContainsFunc(s.Optimizer, func(m model.Tensor) bool { return frozen.MatchString(m.Name) }) {
		t.Error("the optimizer keeps moments of frozen parameters")
	}
	c.Adapt.Freeze = []string{"encoder"}
	if _, err := Run(context.Background(), c, Options{Out: filepath.Join(t.TempDir(), "run")}); !configs.IsUsage(err) || !strings.Contains(err.Error(), `"encoder" is in the name of no tensor`) {
		t.Errorf("an expression that matches nothing: %v", err)
	}
}

// TestLoRA: the merged weights are W₀ + scale/rank·B·A to rounding, with W₀ the
// weights the run began with; the network with weights merged in float64 gives
// the same predictions to 1e-6; parameters without adapters are bitwise as before.
func TestLoRA(t *testing.T) {
	from, source := trainedRun(t)
	c := adapting(from)["lora"]
	s := mustRead(t, mustRun(t, c, Options{Out: filepath.Join(t.TempDir(), "run")}).Checkpoint)
	adapters := map[string]model.Tensor{}
	for _, a := range s.Adapters {
		adapters[a.Name] = a
	}
	exact := slices.Clone(s.Weights)
	moved := 0
	for i, w := range s.Weights {
		base := source.EMA[i]
		a, ok := adapters[w.Name+loraA]
		if !ok {
			if len(w.Shape) > 1 {
				t.Errorf("%s has no adapter", w.Name)
			}
			beside := regexp.MustCompile(c.Adapt.LoRA.Train).MatchString(w.Name)
			if !strings.Contains(w.Name, "running") && !strings.Contains(w.Name, "tracked") && slices.Equal(w.Data, base.Data) == beside {
				t.Errorf("%s has no adapter; trained beside %v, moved %v", w.Name, beside, !beside)
			}
			continue
		}
		b, r := adapters[w.Name+loraB], a.Shape[0]
		if r > c.Adapt.LoRA.Rank || !slices.Equal(adapters[w.Name+loraBase].Data, base.Data) {
			t.Errorf("%s: rank %d, or W₀ is not what the run began with", w.Name, r)
		}
		o, k := w.Shape[0], len(w.Data)/w.Shape[0]
		merged := make([]float32, len(w.Data))
		worst := 0.0
		for at := range merged {
			sum := 0.0
			for j := range r {
				sum += float64(b.Data[at/k*r+j]) * float64(a.Data[j*k+at%k])
			}
			v := float64(base.Data[at]) + c.Adapt.LoRA.Scale/float64(c.Adapt.LoRA.Rank)*sum
			merged[at] = float32(v)
			worst = max(worst, math.Abs(float64(w.Data[at])-v))
			if w.Data[at] != base.Data[at] {
				moved++
			}
		}
		if !(worst < 1e-6) || len(b.Data) != o*r {
			t.Errorf("%s: merged weight off by %v", w.Name, worst)
		}
		exact[i].Data = merged
	}
	if moved == 0 {
		t.Error("nothing moved")
	}
	predict := func(tensors []model.Tensor) []float32 {
		rt, err := op.NewRuntime(1)
		if err != nil {
			t.Fatal(err)
		}
		defer rt.Close()
		net, err := model.New(rt, c.Model, s.Sample, 0)
		if err == nil {
			err = net.Load(tensors)
		}
		x, out := make([]float32, 4*net.Dim()), make([]float32, 4*net.Dim())
		for i := range x {
			x[i] = float32(math.Sin(float64(i)))
		}
		if err == nil {
			err = net.Predict(out, x, []float32{0, 3, 5, 9})
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got, want, plain := predict(s.Weights), predict(exact), predict(source.EMA)
	largest, worst, change := 0.0, 0.0, 0.0
	for i, w := range want {
		largest = max(largest, math.Abs(float64(w)))
		worst = max(worst, math.Abs(float64(got[i]-w)))
		change = max(change, math.Abs(float64(plain[i]-w)))
	}
	if !(worst < 1e-6*largest) || change < 1e-3*largest {
		t.Errorf("predictions off by %v of %v; adapters change %v", worst, largest, change)
	}
}

// TestLoRAGradient compares the gradients of A and B with differences of a loss
// that is linear in the weights, for which they are exact.
func TestLoRAGradient(t *testing.T) {
	rt, err := op.NewRuntime(2)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	c := tiny()
	c.Adapt.LoRA.Rank, c.Adapt.LoRA.Targets, c.Adapt.LoRA.Train = 3, "weight$", "^ups.*bias$"
	net, err := newNetwork(rt, c, []int{2, 8})
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLoRA(c.Adapt.LoRA, rt.Pool(), net, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range l.targets { // B is zero at first
		for i := range a.b.Data {
			a.b.Data[i] = float32(math.Sin(float64(i)))
		}
	}
	var grads []*model.Tensor
	for _, w := range net.Trainable() {
		g := zeros(w.Name, w.Shape...)
		for i := range g.Data {
			g.Data[i] = float32(math.Cos(float64(i + len(w.Data))))
		}
		grads = append(grads, g)
	}
	loss := func() float64 { // Σ dW·W
		l.merge()
		sum := 0.0
		for i, w := range net.Trainable() {
			for k, v := range w.Data {
				sum += float64(v) * float64(grads[i].Data[k])
			}
		}
		return sum
	}
	for i, g := range l.project(grads) {
		for _, k := range []int{0, len(g.Data) / 2, len(g.Data) - 1} {
			x := &l.params[i].Data[k]
			old := *x
			*x = old + 0.5
			up := loss()
			*x = old - 0.5
			down := loss()
			*x = old
			if d := math.Abs(up - down - float64(g.Data[k])); !(d < 1e-3) {
				t.Fatalf("%s: gradient %v, difference %v", g.Name, g.Data[k], up-down)
			}
		}
	}
}

// TestLoRAShare: on the paper's MNIST network, adapters of rank 4 are less than
// a tenth of the parameters.
func TestLoRAShare(t *testing.T) {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	c := configs.Default()
	c.Model.Multipliers = []int{1, 2, 4}
	c.Adapt.LoRA.Rank = 4
	net, err := newNetwork(rt, c, []int{1, 28, 28})
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLoRA(c.Adapt.LoRA, rt.Pool(), net, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range l.params {
		n += len(p.Data)
	}
	t.Logf("%d of %d parameters, %.1f %%", n, net.NumParams(), 100*float64(n)/float64(net.NumParams()))
	// The share would stay below that with all biases and norms beside them.
	for _, p := range net.Params() {
		if len(p.Shape) == 1 {
			n += len(p.Data)
		}
	}
	t.Logf("with biases and norms %d, %.1f %%", n, 100*float64(n)/float64(net.NumParams()))
	if n*10 >= net.NumParams() {
		t.Errorf("%d adapter values beside %d parameters", n, net.NumParams())
	}
}
