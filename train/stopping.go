package train

import "github.com/condmean/condmean/configs"

// earlyStop reports whether a run that has finished the given number of epochs,
// with its best validation loss after epoch best, should stop.
func earlyStop(c configs.EarlyStopping, epoch, best int) bool {
	return c.Patience > 0 && epoch > c.After && epoch-best >= c.Patience
}

// stale reports whether early stopping ends the run. Runs of a given number of
// steps go on to the end.
func (t *trainer) stale() bool {
	return t.cfg.Train.Steps == 0 && t.at.BestStep > 0 &&
		earlyStop(t.cfg.Train.EarlyStopping, t.at.Step/t.perEpoch, t.at.BestStep/t.perEpoch)
}
