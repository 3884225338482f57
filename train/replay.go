package train

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// A step that is not finite is kept in the run's folder as
// nonfinite-step-N.npz: the network's tensors in front of the step under
// "state.", and what it was fed.
const (
	stateOf      = "state."
	batchX       = "batch.x"
	batchTarget  = "batch.target"
	batchLevel   = "batch.level"
	batchWeight  = "batch.weight"
	batchSamples = "batch.samples" // indices in the train split
	batchStep    = "batch.step"
	batchRun     = "batch.run" // the graph's random numbers derive from it and the seed
)

// keepBatch writes the batch of a step that is not finite, with the weights as
// they are, for Replay, and returns the file's name.
func (r *run) keepBatch(bad *NonFiniteError) (name string, err error) {
	if err := r.keepFolder(); err != nil {
		return "", err
	}
	l, err := r.learner.State()
	if err != nil {
		return "", err
	}
	name = filepath.Join(r.folder.dir, fmt.Sprintf("nonfinite-step-%d.npz", bad.Step))
	ids := make([]float64, len(bad.Samples))
	for i, id := range bad.Samples {
		ids[i] = float64(id)
	}
	in, n, shape := bad.fed.in, len(ids), append([]int{len(ids)}, r.set.Shape()...)
	arrays := []weights.Array{
		weights.FromFloat64(batchStep, []int{1}, []float64{float64(bad.Step)}),
		weights.FromFloat64(batchRun, []int{1}, []float64{float64(bad.fed.run)}),
		weights.FromFloat64(batchSamples, []int{n}, ids),
		weights.FromFloat32(batchX, shape, in.x),
		weights.FromFloat32(batchTarget, shape, in.target),
		weights.FromFloat32(batchLevel, []int{n}, in.level),
		weights.FromFloat32(batchWeight, []int{n}, in.weight),
	}
	for _, s := range l.weights {
		arrays = append(arrays, weights.FromFloat32(stateOf+s.Name, s.Shape, s.Data))
	}
	return name, atomicfile.WriteOwnFunc(name, func(w io.Writer) error { return weights.WriteNPZ(w, arrays) })
}

// Replay repeats a step that was kept because it was not finite, and writes what
// it finds to w: for each sample whether its input is finite, the loss, the
// gradients that are not, and a running statistic. cfg is the run's configuration.
func Replay(ctx context.Context, cfg configs.Config, file string, w io.Writer) error {
	arrays, err := weights.ReadNPZFile(file)
	if err != nil {
		return configs.Usagef("--replay: %w", err)
	}
	var state []model.Tensor
	batch, shape := map[string][]float32{}, []int(nil)
	for _, a := range arrays {
		if name, ok := strings.CutPrefix(a.Name, stateOf); ok {
			a.Name = name
			state = append(state, checkpoint.Tensors([]weights.Array{a})...)
		} else {
			batch[a.Name] = a.Float32() // sample numbers stay exact below 2^24
		}
		if a.Name == batchX {
			shape = a.Shape
		}
	}
	ids, step, run := batch[batchSamples], batch[batchStep], batch[batchRun]
	if len(shape) < 3 || len(ids) == 0 || shape[0] != len(ids) || len(step) != 1 || len(run) != 1 {
		return configs.Usagef("--replay %s: not a step that was kept by a run", file)
	}
	rt, err := op.NewRuntime(cfg.Threads)
	if err != nil {
		return configs.Usagef("%w", err)
	}
	defer rt.Close()
	net, err := newNetwork(rt, cfg, shape[1:])
	if err == nil {
		err = net.Load(state)
	}
	if err != nil {
		return configs.Usagef("--replay %s: does not fit the configuration: %w", file, err)
	}
	graph, err := net.NewTrainStep(len(ids), cfg.Objective.Loss, cfg.Seed)
	if err != nil {
		return &configs.UsageError{Err: err}
	}
	defer func() { _ = graph.Close() }() // nothing to flush
	to := inputs(graph)
	for _, in := range []struct {
		name string
		to   []float32
	}{{batchX, to.x}, {batchTarget, to.target}, {batchLevel, to.level}, {batchWeight, to.weight}} {
		data := batch[in.name]
		if len(data) != len(in.to) {
			return configs.Usagef("--replay %s: %s has %d values, want %d", file, in.name, len(data), len(in.to))
		}
		copy(in.to, data)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	loss, err := graph.Run(uint64(run[0]))
	if err != nil {
		return err
	}
	return describeStep(w, int(step[0]), loss, graph.Grads(), net.Buffers(), to, ids)
}

// describeStep writes what Replay found.
func describeStep(w io.Writer, step int, loss float64, grads, statistics []*model.Tensor, in example, ids []float32) error {
	var b strings.Builder
	fmt.Fprintf(&b, "step %d: loss %v\n", step, loss)
	for _, i := range in.bad() {
		fmt.Fprintf(&b, "sample %.0f at level %v: its input is not finite\n", ids[i], in.level[i])
	}
	bad := 0
	for _, g := range grads {
		if !allFinite(g.Data) {
			fmt.Fprintf(&b, "gradient of %s is not finite\n", g.Name)
			bad++
		}
	}
	if name := firstNonFinite(statistics); name != "" {
		fmt.Fprintf(&b, "running statistic %s is not finite\n", name)
	}
	fmt.Fprintf(&b, "%d of %d gradients are not finite\n", bad, len(grads))
	_, err := io.WriteString(w, b.String())
	return err
}
