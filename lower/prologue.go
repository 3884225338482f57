package lower

import (
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

// reader is what a convolution reads; see op.Prologue.
type reader struct {
	op.Prologue
	x, y    hlo.Value // y = f(x)
	z, mask hlo.Value // A·x + B and the factors, spread over the pixels
	rest    []value   // the inputs after those of the prologue
}

func (l *lowering) reader(p op.Prologue, in []value) reader {
	r := reader{Prologue: p, x: in[0].Value, y: in[0].Value, rest: in[1:]}
	if !p.Affine {
		return r
	}
	a, b := l.halves(r.rest[0].Value)
	r.rest = r.rest[1:]
	r.z = l.Add(l.Mul(l.planes(a, r.x), r.x), l.planes(b, r.x))
	if r.y = r.z; !p.Linear {
		r.y = l.silu(r.z)
	}
	if p.Mask {
		r.mask = l.planes(r.rest[0].Value, r.x)
		r.y = l.Mul(r.y, r.mask)
		r.rest = r.rest[1:]
	}
	return r
}

// backward turns the gradient of y into dz with, if there is an affine map, the
// further result "affine" (2,N,C): Σ dz·x and Σ dz of each plane.
func (r reader) backward(l *lowering, dz hlo.Value) value {
	if !r.Affine {
		return activation(dz)
	}
	if !r.Linear {
		dz = l.Mul(dz, l.siluSlope(r.z))
	}
	if r.Mask {
		dz = l.Mul(dz, r.mask)
	}
	return activation(dz).with("affine", array(l.pair(l.Sum(l.Mul(dz, r.x), 1, 2), l.Sum(dz, 1, 2))))
}
