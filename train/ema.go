package train

import "github.com/condmean/condmean/model"

// EMADecay returns the decay of the averaged weights after a step, counted from
// 1: min(decay, (1+step)/(10+step)), so that the average soon forgets the
// initial weights.
func EMADecay(decay float64, step int) float64 {
	return min(decay, float64(1+step)/float64(10+step))
}

// average moves the averaged weights, and with them the running statistics that
// belong to them, towards the present ones. What is held stays. An average that
// is continued from a checkpoint forgets at its full decay from the start.
func (t *trainer) average(step int) {
	if t.ema == nil {
		return
	}
	decay := t.cfg.Train.EMA
	if t.cfg.Init.EMA != "continue" {
		decay = EMADecay(decay, step)
	}
	rest := float32(1 - decay)
	params, averaged := t.net.Trainable(), t.ema.Trainable()
	t.chunks.each(func(i, lo, hi int) {
		approach(averaged[i].Data[lo:hi], params[i].Data[lo:hi], rest)
	})
	buffers := t.ema.Buffers()
	for i, b := range t.net.Buffers() {
		if t.net.Held(b.Name) {
			continue
		}
		if isCounter(b) {
			copy(buffers[i].Data, b.Data)
		} else {
			approach(buffers[i].Data, b.Data, rest)
		}
	}
}

// approach moves x by the share rest of its distance to y.
func approach(x, y []float32, rest float32) {
	for k, v := range x {
		x[k] = v + rest*(y[k]-v)
	}
}

// isCounter tells num_batches_tracked from statistics.
func isCounter(t *model.Tensor) bool { return len(t.Shape) == 0 }
