package model_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/train"
)

// steadyBytes returns what a training step allocates once all scratch memory
// is there.
func steadyBytes(t *testing.T, c configs.Model, shape []int, batch int) (bytes, objects uint64) {
	t.Helper()
	rt, err := op.NewRuntime(2)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	net, err := model.New(rt, c, shape, 1)
	if err != nil {
		t.Fatal(err)
	}
	step, err := net.NewTrainStep(batch, "mse", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := step.Close(); err != nil {
			t.Error(err)
		}
	}()
	randomize(step.X)
	randomize(step.Target)
	adam := train.NewAdam(rt.Pool(), net.Params(), train.AdamOptions{})
	n := 0
	run := func(steps int) {
		for range steps {
			n++
			if _, err := step.Run(uint64(n)); err != nil {
				t.Fatal(err)
			}
			adam.Step(step.Grads(), n, 1e-4, 1)
		}
	}
	run(2)
	// A worker makes its scratch memory when a kind of work first falls to it, which
	// may be late where other processes want the processor: the steady state is the
	// least of as many measurements as it takes to come within 1 % of it four times.
	const steps, rounds, enough = 2, 100, 4
	bytes = math.MaxUint64
	for round, met := 0, 0; round < rounds && met < enough; round++ {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run(steps)
		runtime.ReadMemStats(&after)
		b := (after.TotalAlloc - before.TotalAlloc) / steps
		if b < bytes {
			bytes, objects, met = b, (after.Mallocs-before.Mallocs)/steps, 0
		}
		if b <= bytes+bytes/100 {
			met++
		}
	}
	return bytes, objects
}

// A training step of the MNIST UNet allocates less than 1 MB, for bookkeeping
// of the graph's nodes alone: no more for a larger batch.
func TestTrainStepAllocatesLittle(t *testing.T) {
	few, many := 8, 24 // samples, enough for Winograd's algorithm
	if testing.Short() {
		few, many = 1, 3
	}
	mnist := configs.Model{Kind: "unet", Channels: 16, Multipliers: []int{1, 2, 4}, Blocks: 2, Norm: "batch"}
	small, objects := steadyBytes(t, mnist, []int{1, 28, 28}, few)
	large, _ := steadyBytes(t, mnist, []int{1, 28, 28}, many)
	t.Logf("%d bytes a step in %d objects for a batch of %d, %d bytes for one of %d", small, objects, few, large, many)
	if small >= 1e6 || large >= 1e6 {
		t.Errorf("a training step allocates %d or %d bytes, want less than 1 MB", small, large)
	}
	if large > small+small/4 {
		t.Errorf("allocations grow with the batch: %d bytes for %d, %d for %d", small, few, large, many)
	}
}

// Likewise the gated residual network.
func TestMLPTrainStepAllocatesLittle(t *testing.T) {
	c := configs.Model{Kind: "mlp", MLP: configs.MLP{Width: 64, Hidden: 128, Blocks: 3, Slots: 64}}
	small, objects := steadyBytes(t, c, []int{1, 64}, 32)
	large, _ := steadyBytes(t, c, []int{1, 64}, 128)
	t.Logf("%d bytes a step in %d objects for a batch of 32, %d bytes for one of 128", small, objects, large)
	if small >= 1e6 || large > small+small/4 {
		t.Errorf("a training step allocates %d bytes for 32 samples and %d for 128, want less than 1 MB for both", small, large)
	}
}

// A prediction of one sample allocates next to nothing beside what its operations hand
// to the threads, some functions each.
func TestPredictAllocatesLittle(t *testing.T) {
	for _, c := range []configs.Model{
		{Kind: "unet", Channels: 16, Multipliers: []int{1, 2}, Blocks: 1, Norm: "batch"},
		{Kind: "mlp", MLP: configs.MLP{Width: 64, Hidden: 128, Blocks: 3, Slots: 64}},
	} {
		t.Run(c.Kind, func(t *testing.T) {
			rt, err := op.NewRuntime(2)
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			net, err := model.New(rt, c, []int{1, 64}, 1)
			if err != nil {
				t.Fatal(err)
			}
			graph, err := net.InferenceGraph(1)
			if err != nil {
				t.Fatal(err)
			}
			p := model.NewPredictor(net, 1)
			defer p.Close()
			x, out, level := make([]float32, 64), make([]float32, 64), make([]float32, 1)
			randomize(x)
			predict := func() {
				if err := p.Predict(out, x, level); err != nil {
					t.Fatal(err)
				}
			}
			got, operations := testing.AllocsPerRun(50, predict), 0
			for _, n := range op.Nodes(graph) {
				if n.Op() != nil {
					operations++
				}
			}
			t.Logf("%v allocations of %d operations", got, operations)
			if got > 5*float64(operations) {
				t.Errorf("%v allocations of %d operations, want at most 5 each", got, operations)
			}
		})
	}
}
