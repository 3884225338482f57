package onnx

import (
	"math"

	"github.com/condmean/condmean/op"
)

// attention is softmax(q·kᵀ/√d)·v between the pixels of a sample; see op.Attention.
// Arrays are (N,Heads,Width,pixels).
func (t *translator) attention(in []value, o op.AttentionAttributes) string {
	q, k, v := t.heads(in, o, func(memory string) string { // (2,Heads,Memory,Width)
		return t.add("Transpose", []string{memory}, attribute{"perm", []int{0, 1, 3, 2}})
	})
	scores := t.times(t.add("MatMul", []string{turned(t, q), k}), 1/math.Sqrt(float64(o.Width)))
	p := t.add("Softmax", []string{scores}, attribute{"axis", 3}) // (N,Heads,queries,keys)
	y := t.add("MatMul", []string{v, turned(t, p)})
	return t.like(t.reshape(y, 0, o.Heads*o.Width, -1), in[0].name, o.Heads*o.Width)
}

// linearAttention is softmax(q)/√d·(softmax(k)ᵀ·v); see op.LinearAttention.
func (t *translator) linearAttention(in []value, o op.AttentionAttributes) string {
	q, k, v := t.heads(in, o, func(memory string) string { return memory })
	q = t.times(t.add("Softmax", []string{q}, attribute{"axis", 2}), 1/math.Sqrt(float64(o.Width)))
	k = t.add("Softmax", []string{k}, attribute{"axis", 3})
	context := t.add("MatMul", []string{v, turned(t, k)})
	y := t.add("MatMul", []string{context, q})
	return t.like(t.reshape(y, 0, o.Heads*o.Width, -1), in[0].name, o.Heads*o.Width)
}

// heads cuts the channels into queries, keys and values of each head; the layer's
// own keys and values, which arrange brings to (2,Heads,Width,Memory), come first.
func (t *translator) heads(in []value, o op.AttentionAttributes, arrange func(memory string) string) (q, k, v string) {
	parts := t.split(t.reshape(in[0].name, 0, 3*o.Heads, o.Width, -1), 1, 3)
	if o.Memory == 0 {
		return parts[0], parts[1], parts[2]
	}
	own := t.split(arrange(t.weight(in[1], in[1].shape...)), 0, 2) // (1,Heads,Width,Memory)
	samples := t.add("Slice", []string{t.add("Shape", []string{in[0].name}), t.ints(0), t.ints(1)})
	size := t.concat(0, samples, t.ints(o.Heads, o.Width, o.Memory))
	for i := range own {
		parts[1+i] = t.concat(3, t.add("Expand", []string{own[i], size}), parts[1+i])
	}
	return parts[0], parts[1], parts[2]
}

// turned swaps the last two of four axes.
func turned(t *translator, x string) string {
	return t.add("Transpose", []string{x}, attribute{"perm", []int{0, 1, 3, 2}})
}
