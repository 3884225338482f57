package train

import (
	"cmp"

	"github.com/condmean/condmean/configs"
)

// pace is how the steps of a run divide.
type pace struct {
	total    int // steps of the run
	perEpoch int // steps
	valEvery int // steps
}

// newPace returns the pace of a run on so many samples, or refuses too few of them.
func newPace(c configs.Train, samples int) (pace, error) {
	accumulate := max(c.Accumulate, 1)
	if samples < c.Batch {
		return pace{}, configs.Usagef("train.batch: %d is larger than the train split of %d samples; set it to that or less", c.Batch, samples)
	}
	perEpoch := samples / c.Batch / accumulate
	if perEpoch == 0 {
		return pace{}, configs.Usagef("train.accumulate: %d batches of %d are more than the train split of %d samples; set it to %d or less", accumulate, c.Batch, samples, samples/c.Batch)
	}
	return pace{total: cmp.Or(c.Steps, c.Epochs*perEpoch), perEpoch: perEpoch, valEvery: cmp.Or(c.ValEvery, perEpoch)}, nil
}

// earlyStop reports whether a run that has finished the given number of epochs,
// with its best validation loss after epoch best, should stop.
func earlyStop(c configs.EarlyStopping, epoch, best int) bool {
	return c.Patience > 0 && epoch > c.After && epoch-best >= c.Patience
}
