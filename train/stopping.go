package train

// Early stopping of the paper: it begins after epoch 50 and waits 20 epochs for
// a better validation loss.
const (
	stoppingFrom = 50
	patience     = 20
)

// earlyStop reports whether a run that has finished the given number of epochs,
// with its best validation loss after epoch best, should stop.
func earlyStop(epoch, best int) bool { return epoch > stoppingFrom && epoch-best >= patience }

// stale reports whether early stopping ends the run. Runs of a given number of
// steps go on to the end.
func (t *trainer) stale() bool {
	return t.cfg.Train.Steps == 0 && t.at.BestStep > 0 && earlyStop(t.at.Step/t.perEpoch, t.at.BestStep/t.perEpoch)
}
