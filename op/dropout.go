package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/op/internal/kernel"
)

// Dropout multiplies each value of its input, an activation, by 0 with probability
// P and by 1/(1-P) otherwise (PyTorch's Dropout). The values of sample n go by
// channel, then by pixel over the uniform numbers of the stream (Random.Seed,
// rng.Dropout, Random.Step, Layer + (Random.First+n+1)·2^32): one below P drops the
// value.
type Dropout struct {
	core
	P      float64
	Layer  uint64
	Random *Randomness
	factor []float32 // of each value, for the gradient; nil: nobody asks for it
	stream []rng.Stream
}

// NewDropout drops values of x. Layers of one graph must have different numbers,
// below 2^32.
func NewDropout(rt *Runtime, x *G.Node, p float64, layer int, r *Randomness) (*G.Node, error) {
	if !(p >= 0 && p < 1) {
		return nil, fmt.Errorf("op: dropout: probability %v is not in [0,1)", p)
	}
	if layer < 0 || layer >= 1<<32 {
		return nil, fmt.Errorf("op: dropout: layer %d, want a number from 0 to 2^32-1", layer)
	}
	for _, n := range x.Graph().AllNodes() {
		if d, ok := n.Op().(*Dropout); ok && d.Random == r && d.Layer == uint64(layer) {
			return nil, fmt.Errorf("op: dropout: another layer has the number %d and would be equal", layer)
		}
	}
	x, err := toBlocked(rt, x)
	if err != nil {
		return nil, err
	}
	d := &Dropout{core: newCore(rt, "dropout", blocked, x.Shape()...), P: p, Layer: uint64(layer), Random: r, stream: make([]rng.Stream, rt.Threads())}
	return apply(d, x)
}

// Attributes tells probability and layer.
func (d *Dropout) Attributes() []Attribute { return []Attribute{{"p", d.P}, {"layer", d.Layer}} }

// FLOP counts the product.
func (d *Dropout) FLOP() int64 { return d.count() }

// Do draws the factors and multiplies.
func (d *Dropout) Do(v ...G.Value) (out G.Value, err error) {
	defer d.guard(&err)
	factor := d.factor
	if factor == nil {
		factor = d.buf()
	}
	s, keep := imageShape(d.shape), float32(1/(1-d.P))
	hw, sample := s.H*s.W, d.size()/s.N
	d.rt.pool.Do(s.N, func(n, worker int) {
		stream, f := &d.stream[worker], factor[n*sample:][:sample]
		stream.Reset(d.Random.Seed, rng.Dropout, d.Random.Step, d.Layer+uint64(d.Random.First+n+1)<<32)
		r := stream.Rand()
		for c := range s.C {
			plane := f[c/16*hw*16+c%16:]
			for p := range hw {
				plane[p*16] = 0
				if r.Float64() >= d.P {
					plane[p*16] = keep
				}
			}
		}
	})
	kernel.Mul(d.rt.ws, d.buf(), floats(v[0]), factor)
	return d.out, nil
}

// DiffWRT reports that the input has a gradient.
func (d *Dropout) DiffWRT(int) []bool { return []bool{true} }

// SymDiff multiplies the gradient by the same factors.
func (d *Dropout) SymDiff(in G.Nodes, out, grad *G.Node) (G.Nodes, error) {
	grad, err := toBlocked(d.rt, grad)
	if err != nil {
		return nil, err
	}
	factor, err := newLargeTap(d.rt, "factor", blocked, out, func(b []float32) { d.factor = b }, d.shape...)
	if err != nil {
		return nil, err
	}
	dx, err := apply(&DropoutGrad{core: newCore(d.rt, "dropout.dx", blocked, d.shape...)}, grad, factor)
	return G.Nodes{dx}, err
}

// DropoutGrad is the gradient dx = dy·factor of a Dropout, of its inputs dy and the
// factors, which a tap of the Dropout with result "factor" has.
type DropoutGrad struct {
	core
	noDiff
}

// FLOP counts the product.
func (d *DropoutGrad) FLOP() int64 { return d.count() }

// Do multiplies.
func (d *DropoutGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer d.guard(&err)
	kernel.Mul(d.rt.ws, d.buf(), floats(v[0]), floats(v[1]))
	return d.out, nil
}

var (
	_ operation = (*Dropout)(nil)
	_ operation = (*DropoutGrad)(nil)
)
