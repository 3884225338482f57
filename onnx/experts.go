package onnx

import (
	"errors"

	G "gorgonia.org/gorgonia"
)

// interpolate reads a table (T) at positions (N) from 0 to T-1: each entry counts by
// how near it is.
func (t *translator) interpolate(in []value) (string, error) {
	table, at := in[0], in[1].name
	if table.data == nil {
		return "", errors.New("its table is computed; want one of the network's own")
	}
	last := float64(len(table.data) - 1)
	relu := func(x string) string { return t.add("Relu", []string{x}) }
	at = relu(t.sub(t.number(last), relu(t.sub(t.number(last), at)))) // no less than 0, no more than last
	entries := make([]float64, len(table.data))
	for i := range entries {
		entries[i] = float64(i)
	}
	apart := t.add("Abs", []string{t.sub(t.reshape(at, -1, 1), t.table(entries))})
	near := relu(t.sub(t.number(1), apart))
	return t.reshape(t.add("MatMul", []string{near, t.weight(table, len(entries), 1)}), -1), nil
}

// experts translates op.Experts, with arrays over experts, samples, and directions or
// values. All experts are computed for all samples.
func (t *translator) experts(n *G.Node, in []value) (string, error) {
	for _, v := range in[2:] {
		if v.data == nil {
			return "", errors.New("its weights are computed; want those of the network's own")
		}
	}
	u, m, a, b, w := in[2], in[3], in[4], in[5], in[6]
	k, r, d := u.shape[0], u.shape[1], u.shape[2]
	sigmoid := func(x string) string { return t.add("Sigmoid", []string{x}) }
	minus := func(x string) string { return t.times(x, -1) }
	sumOver := func(x string, axis, size, keep int) string {
		return t.times(t.add("ReduceMean", []string{x}, attribute{"axes", []int{axis}}, attribute{"keepdims", keep}), float64(size))
	}
	softplus := func(x string) string { return minus(t.add("Log", []string{sigmoid(minus(x))})) }

	rho := t.reshape(in[1].name, 1, -1, 1)
	power := sigmoid(minus(rho))
	centred := t.sub(t.reshape(in[0].name, 1, -1, d), t.mul(t.add("Sqrt", []string{sigmoid(rho)}), t.weight(m, k, 1, d)))
	directions := t.weight(u, k, r, d)
	z := t.add("MatMul", []string{centred, t.add("Transpose", []string{directions}, attribute{"perm", []int{0, 2, 1}})})
	along, other := t.sum(t.weight(a, k, 1, r), rho), t.sum(t.weight(b, k, 1, 1), rho)
	keep := sigmoid(minus(other))
	// The gains' difference, without that of two numbers near 1 at high SNRs.
	hz := t.mul(t.sub(t.mul(sigmoid(along), keep), t.mul(sigmoid(other), sigmoid(minus(along)))), z)

	distance := t.sub(t.mul(keep, sumOver(t.mul(centred, centred), 2, d, 1)), sumOver(t.mul(hz, z), 2, r, 1))
	spread := t.sum(sumOver(softplus(along), 2, r, 1), t.times(softplus(other), float64(d-r)))
	log := t.sub(t.weight(w, k, 1, 1), t.times(t.sum(spread, t.add("Div", []string{distance, power})), 0.5))
	weight := t.add("Div", []string{t.add("Softmax", []string{log}, attribute{"axis", 0}), t.add("Sqrt", []string{power})})
	each := t.sub(t.mul(t.mul(weight, keep), centred), t.add("MatMul", []string{t.mul(weight, hz), directions}))
	return t.reshape(sumOver(each, 0, k, 0), append([]int{-1}, n.Shape()[1:]...)...), nil
}
