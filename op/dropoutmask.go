package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/internal/rng"
)

// Randomness keys the random numbers of a graph: the caller sets Step before
// each run, and a mask is a function of (Seed, Step, layer) alone. That of a share of
// a batch, whose first sample is First, is its part of the mask of the whole.
type Randomness struct {
	Seed, Step uint64
	First      int
}

// DropoutMask draws factors (N,C), 0 with probability P and 1/(1-P) otherwise,
// for whole channels (PyTorch's Dropout1d and Dropout2d). They go by sample and
// channel over the uniform numbers of the stream (Random.Seed, rng.Dropout,
// Random.Step, Layer), from sample Random.First of a batch on: one below P drops the
// channel. Of its input only the shape matters.
type DropoutMask struct {
	core
	noDiff
	P      float64
	Layer  uint64
	Random *Randomness
	stream rng.Stream
}

// NewDropoutMask returns a mask for the activation x. Layers of one graph must
// have different numbers.
func NewDropoutMask(rt *Runtime, x *G.Node, p float64, layer int, r *Randomness) (*G.Node, error) {
	if p < 0 || p >= 1 {
		return nil, fmt.Errorf("op: dropout: probability %v is not in [0,1)", p)
	}
	s := x.Shape()
	if len(s) < 2 {
		return nil, fmt.Errorf("op: dropout: input has shape %v, want (N,C,…)", s)
	}
	for _, n := range x.Graph().AllNodes() {
		if d, ok := n.Op().(*DropoutMask); ok && d.Random == r && d.Layer == uint64(layer) {
			return nil, fmt.Errorf("op: dropout: another mask has the number %d and would be equal", layer)
		}
	}
	return apply(&DropoutMask{core: newCore(rt, "mask", mask, s[0], s[1]), P: p, Layer: uint64(layer), Random: r}, x)
}

// Attributes tells probability and layer.
func (d *DropoutMask) Attributes() []Attribute { return []Attribute{{"p", d.P}, {"layer", d.Layer}} }

// FLOP returns 0: nothing is computed but random numbers.
func (d *DropoutMask) FLOP() int64 { return 0 }

// Do draws the mask.
func (d *DropoutMask) Do(...G.Value) (out G.Value, err error) {
	defer d.guard(&err)
	d.stream.Reset(d.Random.Seed, rng.Dropout, d.Random.Step, d.Layer)
	r, y, keep := d.stream.Rand(), d.buf(), float32(1/(1-d.P))
	clear(y)
	c, cp := d.shape[1], pad16(d.shape[1])
	for range d.Random.First * c {
		r.Float64()
	}
	for n := range d.shape[0] {
		for i := range c {
			if r.Float64() >= d.P {
				y[n*cp+i] = keep
			}
		}
	}
	return d.out, nil
}

var _ operation = (*DropoutMask)(nil)
