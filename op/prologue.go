package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// Input is what a convolution reads: X itself, or Mask·SiLU(A·X + B) if Affine
// is given, or A·X + B if Linear, computed on the way in and never stored.
type Input struct {
	X      *G.Node // activation (N,C,L) or (N,C,H,W)
	Affine *G.Node // (2,N,C), A then B, from Norm; nil: X as it is
	Mask   *G.Node // (N,C) factors from DropoutMask; nil: none
	Linear bool    // no SiLU, and no mask
}

// Prologue says what an operation computes from an activation x while it reads
// it. Its inputs follow each other: x, the affine map (2,N,C), the mask (N,C).
type Prologue struct {
	Affine bool // SiLU(A·x + B); otherwise x itself
	Mask   bool // times the mask; with Affine only
	Linear bool // A·x + B instead; with Affine only, without Mask
}

// inputs counts what the prologue reads: x, and the map and the mask if there are.
func (p Prologue) inputs() int {
	n := 1
	if p.Affine {
		n++
	}
	if p.Mask {
		n++
	}
	return n
}

// flop counts the work on so many values.
func (p Prologue) flop(values int64) int64 {
	each := int64(0)
	if p.Affine {
		each += 2
		if !p.Linear {
			each += siluFLOP
		}
	}
	if p.Mask {
		each++
	}
	return each * values
}

func (p Prologue) attributes() []Attribute {
	return []Attribute{{"affine", p.Affine}, {"mask", p.Mask}, {"linear", p.Linear}}
}

// gradFLOP counts the derivative of the prologue and its sums on so many values.
func (p Prologue) gradFLOP(values int64) int64 {
	switch {
	case !p.Affine:
		return 0
	case p.Linear:
		return 3 * values
	}
	return (siluGradFLOP + 3) * values
}

func (in Input) prologue() Prologue { return Prologue{in.Affine != nil, in.Mask != nil, in.Linear} }

// blocked returns the input with its activation in blocks. It refuses parts that
// do not fit together.
func (in Input) blocked(rt *Runtime, operation string) (Input, error) {
	s := in.X.Shape()
	if len(s) != 3 && len(s) != 4 {
		return in, fmt.Errorf("op: %s: input has shape %v, want (N,C,L) or (N,C,H,W)", operation, s)
	}
	if in.Mask != nil && in.Affine == nil {
		return in, fmt.Errorf("op: %s: a mask without an affine map; it is a factor of SiLU(A·x + B)", operation)
	}
	if in.Linear && (in.Affine == nil || in.Mask != nil) {
		return in, fmt.Errorf("op: %s: linear without an affine map, or with a mask; it is A·x + B", operation)
	}
	if in.Affine != nil {
		if err := expect(operation, "the affine map", in.Affine, lanes, 2, s[0], s[1]); err != nil {
			return in, err
		}
	}
	if in.Mask != nil {
		if err := expect(operation, "the mask", in.Mask, mask, s[0], s[1]); err != nil {
			return in, err
		}
	}
	x, err := toBlocked(rt, in.X)
	in.X = x
	return in, err
}

func (in Input) nodes() G.Nodes {
	ns := G.Nodes{in.X}
	if in.Affine != nil {
		ns = append(ns, in.Affine)
	}
	if in.Mask != nil {
		ns = append(ns, in.Mask)
	}
	return ns
}

// read returns x, the values of the prologue, and those that follow them.
func (p Prologue) read(v []G.Value) (x []float32, pre kernel.Prologue, rest []G.Value) {
	x, v = floats(v[0]), v[1:]
	if p.Affine {
		pre.Scale, pre.Shift = split(floats(v[0]))
		pre.Linear = p.Linear
		v = v[1:]
	}
	if p.Mask {
		pre.Mask = floats(v[0])
		v = v[1:]
	}
	return x, pre, v
}
