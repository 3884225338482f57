package single

import (
	"context"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
)

// load loads a denoiser. Early checkpoints do not tell the shape of a sample; their
// data set does.
func load(ctx context.Context, checkpoint string, threads int) (*denoiser.Denoiser, error) {
	d, err := denoiser.Load(checkpoint, denoiser.WithThreads(threads), denoiser.WithShapeOf(func(c configs.Config) ([]int, error) {
		set, err := data.Open(ctx, c.Data, c.Seed, data.WithThreads(threads))
		if err != nil {
			return nil, err
		}
		return set.Shape(), nil
	}))
	if err != nil {
		return nil, fmt.Errorf("--checkpoint %w", err)
	}
	return d, nil
}
