package train

import (
	"context"

	"github.com/condmean/condmean/data"
)

// firstBatch is the first samples of the train split, again and again.
type firstBatch struct{ data.Batch }

var _ batches = (*firstBatch)(nil)

func readFirstBatch(set *data.Set, n int) (*firstBatch, error) {
	b := data.Batch{X: make([]float32, n*set.Dim()), IDs: make([]int, n)}
	for i := range b.IDs {
		b.IDs[i] = i
	}
	return &firstBatch{b}, set.Read(b.X, set.Train, 0)
}

// Next implements batches.
func (f *firstBatch) Next(ctx context.Context) (*data.Batch, error) { return &f.Batch, ctx.Err() }
