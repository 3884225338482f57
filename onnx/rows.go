package onnx

import (
	"errors"
	"math"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// rows translates the operations on arrays (N,C): embeddings of the level, linear
// layers, and what lies between them.
func (t *translator) rows(n *G.Node, o op.Operation, in []value) (string, error) {
	x := in[0].name
	switch o := o.(type) {
	case *op.TimeEmbedding:
		return t.timeEmbedding(x, o.EmbeddingOptions, o.Frequencies()), nil
	case *op.FourierEmbedding:
		turns := make([]float64, len(in[1].data))
		for k, w := range in[1].data {
			turns[k] = 2 * math.Pi * float64(w)
		}
		angle := t.mul(t.reshape(t.add("Log", []string{x}), -1, 1), t.table(turns))
		return t.concat(1, t.add("Sin", []string{angle}), t.add("Cos", []string{angle})), nil
	case *op.Lookup:
		index := t.add("Cast", []string{in[1].name}, attribute{"to", int(int64Type)})
		return t.add("Gather", []string{t.weight(in[0], in[0].shape...), index}, attribute{"axis", 0}), nil
	case *op.Interpolate:
		return t.interpolate(in)
	case *op.Experts:
		return t.experts(n, in)
	case *op.Linear:
		return t.linear(n, o, in)
	case *op.LayerNorm:
		film := t.split(in[1].name, 1, 2)
		z := t.add("LayerNormalization", []string{x, t.same(1, in[0].shape[1])}, attribute{"axis", -1}, attribute{"epsilon", float32(o.Eps)})
		return t.sum(t.mul(z, t.plus(film[0], 1)), film[1]), nil
	case *op.SwiGLU:
		halves := t.split(x, 1, 2)
		return t.mul(t.silu(halves[0]), halves[1]), nil
	case *op.SoftmaxGate:
		return t.times(t.add("Softmax", []string{t.mul(x, t.plus(in[1].name, 1))}, attribute{"axis", 1}), o.Scale), nil
	}
	return "", errors.New("this operation has no translation")
}

// timeEmbedding is sines and cosines of the level; see op.TimeEmbedding.
func (t *translator) timeEmbedding(level string, o op.EmbeddingOptions, omega []float32) string {
	angle := t.mul(t.times(t.reshape(level, -1, 1), o.Factor), t.constants(omega, 1, len(omega)))
	parts := []string{t.add("Sin", []string{angle}), t.add("Cos", []string{angle})}
	if o.CosFirst {
		parts[0], parts[1] = parts[1], parts[0]
	}
	y := t.concat(1, parts...)
	if o.Dim%2 != 0 {
		y = t.add("Pad", []string{y, t.ints(0, 0, 0, 1)})
	}
	return y
}

// linear translates x·Wᵀ + b with what follows.
func (t *translator) linear(n *G.Node, o *op.Linear, in []value) (string, error) {
	x, w, bias := in[0], in[1], in[2]
	if w.data == nil || bias.data == nil {
		return "", errors.New("its weight is computed; want one of the network's own")
	}
	name := x.name
	if len(x.shape) > 2 {
		name = t.add("Flatten", []string{name}, attribute{"axis", 1})
	}
	y := t.add("Gemm", []string{name, t.weight(w, w.shape...), t.weight(bias, bias.shape...)}, attribute{"transB", 1})
	if o.SiLU {
		y = t.silu(y)
	}
	if shape := n.Shape(); len(shape) > 2 {
		y = t.reshape(y, append([]int{-1}, shape[1:]...)...)
	}
	if o.Residual {
		y = t.sum(y, in[3].name)
	}
	return y, nil
}
