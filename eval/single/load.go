package single

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/op"
)

// load loads a denoiser and returns what ends it and its threads. Early checkpoints
// do not tell the shape of a sample; their data set does.
func load(ctx context.Context, checkpoint string, told pretrained.Options, clip bool, threads int, on device.Device) (d *denoiser.Denoiser, end func() error, err error) {
	rt, err := op.NewRuntime(threads)
	if err != nil {
		return nil, nil, configs.Usagef("%w", err)
	}
	options := []denoiser.Option{denoiser.WithRuntime(rt), denoiser.WithDevice(on), denoiser.WithTold(told), denoiser.WithShapeOf(func(c configs.Config) ([]int, error) {
		set, err := data.Open(ctx, c.Data, c.Seed, data.WithThreads(rt.Threads()))
		if err != nil {
			return nil, err
		}
		return set.Shape(), nil
	})}
	if clip {
		options = append(options, denoiser.WithClip())
	}
	d, err = denoiser.Load(checkpoint, options...)
	if err != nil {
		rt.Close()
		return nil, nil, fmt.Errorf("--checkpoint %w", err)
	}
	return d, func() error {
		err := d.Close()
		rt.Close()
		return err
	}, nil
}
