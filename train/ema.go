package train

import (
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/model"
)

// EMADecay returns the decay of the averaged weights after a step, counted from
// 1: min(decay, (1+step)/(10+step)), so that the average soon forgets the
// initial weights.
func EMADecay(decay float64, step int) float64 {
	return min(decay, float64(1+step)/float64(10+step))
}

// average is a network of averaged weights. Its running statistics, which belong
// to them, are averaged along; what is held stays.
type average struct {
	net    *model.Network
	of     *model.Network // with the present weights
	decay  func(step int) float64
	chunks *chunks // of what is trained
}

// newAverage begins with the network's weights. An average that is continued from
// a checkpoint forgets at its full decay from the start.
func newAverage(cfg configs.Config, net *model.Network, c *chunks) (*average, error) {
	averaged, err := net.Clone()
	if err != nil {
		return nil, err
	}
	averaged.Hold(net.Held)
	decay := func(step int) float64 { return EMADecay(cfg.Train.EMA, step) }
	if cfg.Init.EMA == "continue" {
		decay = func(int) float64 { return cfg.Train.EMA }
	}
	return &average{net: averaged, of: net, decay: decay, chunks: c}, nil
}

// follow moves the average towards the present weights behind a step.
func (a *average) follow(step int) {
	rest := float32(1 - a.decay(step))
	params, averaged := a.of.Trainable(), a.net.Trainable()
	a.chunks.each(func(i, lo, hi int) {
		approach(averaged[i].Data[lo:hi], params[i].Data[lo:hi], rest)
	})
	buffers := a.net.Buffers()
	for i, b := range a.of.Buffers() {
		if a.of.Held(b.Name) {
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
