package model

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/condmean/condmean/sched"
)

// Predictor is the network as the reverse chains see it: float64 batches of
// any size, cut into pieces of at most Batch samples. While it is open the
// network's weights do not change, so that they are prepared once; training steps
// and Load fail. It may be used concurrently; calls run one after the other.
type Predictor struct {
	Batch int

	net *Network

	mu            sync.Mutex
	version       uint64 // of the weights; 0 once closed
	x, out, level []float32
}

// NewPredictor returns net as a sched.Predictor that runs batches of at most
// batch samples. net must predict ε; other targets are converted in package
// sched. Close it when the weights are to change.
func NewPredictor(net *Network, batch int) *Predictor {
	n := batch * net.Dim()
	return &Predictor{net: net, Batch: batch, version: net.open(), x: make([]float32, n), out: make([]float32, n), level: make([]float32, batch)}
}

var _ sched.Predictor = (*Predictor)(nil)

// Close lets the weights change again, once all predictors of the network are
// closed. A closed predictor predicts no more; to close it again does nothing.
func (p *Predictor) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.version != 0 {
		p.net.release()
		p.version = 0
	}
}

// Dim returns the number of values of one sample.
func (p *Predictor) Dim() int { return p.net.Dim() }

// Predict is [Network.Predict] with weights that are prepared once.
func (p *Predictor) Predict(out, x, level []float32) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.predict(out, x, level)
}

// PredictNoise writes ε̂(x, at) into eps.
func (p *Predictor) PredictNoise(ctx context.Context, eps, x []float64, at sched.Level) error {
	d := p.net.Dim()
	if len(x)%d != 0 || len(eps) != len(x) {
		return fmt.Errorf("model: predict: %d inputs and %d outputs do not fit samples of %d values", len(x), len(eps), d)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fill(p.level, float32(at.Index))
	for len(x) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(p.Batch*d, len(x))
		for i, v := range x[:n] {
			p.x[i] = float32(v)
		}
		if err := p.predict(p.out[:n], p.x[:n], p.level[:n/d]); err != nil {
			return err
		}
		for i, v := range p.out[:n] {
			eps[i] = float64(v)
		}
		x, eps = x[n:], eps[n:]
	}
	return nil
}

func (p *Predictor) predict(out, x, level []float32) error {
	if p.version == 0 {
		return errors.New("model: predict: the predictor is closed")
	}
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	return p.net.predict(out, x, level, p.version)
}

// open counts a predictor and returns the version of the weights that all open
// ones see.
func (net *Network) open() (version uint64) {
	net.mu.Lock()
	defer net.mu.Unlock()
	if net.predictors == 0 {
		net.version++
	}
	net.predictors++
	return net.version
}

// release ends what open began.
func (net *Network) release() {
	net.mu.Lock()
	defer net.mu.Unlock()
	net.predictors--
}

// errOpen is returned where weights would change under an open predictor.
var errOpen = errors.New("a predictor of the network is open; close it before the weights change")
