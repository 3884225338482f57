package train

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
)

// trainer is a learner of this process, as it is before a run goes on with it.
type trainer interface {
	learner
	// begin takes the weights that init names, or refuses; no step has been taken.
	begin(cfg configs.Config, now data.Fingerprint, log *slog.Logger) (origin json.RawMessage, err error)
	// fitted lets a network of experts begin with what fits the samples.
	fitted(ctx context.Context, cfg configs.Config, set *data.Set, rt *op.Runtime, o Options) error
	// reportBeginning tells what begin would do.
	reportBeginning(w io.Writer, cfg configs.Config, now data.Fingerprint) error
	// network is the one that is trained, trainable how many values the optimizer
	// moves.
	network() *model.Network
	trainable() int
	// memory is what the activations and gradients of a step take, in bytes; 0 where
	// that is not known.
	memory() int
}

// newTrainer returns a learner on a device, or on this process's own threads.
func newTrainer(rt *op.Runtime, cfg configs.Config, shape []int, d device.Device) (trainer, error) {
	if d == nil {
		return newCPULearner(rt, cfg, shape)
	}
	if n := rt.Group().Size(); n > 1 {
		return nil, configs.Usagef("--device: %d processes share a step on their CPUs alone; leave --device or the launcher out", n)
	}
	return newDeviceLearner(rt, cfg, shape, d)
}

// deviceName is how checkpoints call the device of a run, "" for the CPU.
func deviceName(d device.Device) string {
	if d == nil {
		return ""
	}
	return d.String()
}
