package model

import "github.com/condmean/condmean/op"

func (net *Network) declareConv(name string, in, out, dims int) {
	shape := []int{out, in, 3, 3}[:2+dims]
	net.add(true, name+".weight", shape...)
	net.add(true, name+".bias", out)
}

func (net *Network) declareLinear(name string, in, out int) {
	net.add(true, name+".weight", out, in)
	net.add(true, name+".bias", out)
}

func (net *Network) declareNorm(kind normalization, name string, c int) {
	if kind.affine {
		net.add(true, name+".weight", c)
		net.add(true, name+".bias", c)
	}
	if kind.kind == op.Batch {
		net.add(false, name+".running_mean", c)
		net.add(false, name+".running_var", c)
		net.add(false, name+".num_batches_tracked")
	}
}

func (net *Network) add(trainable bool, name string, shape ...int) {
	t := &Tensor{Name: name, Shape: append([]int{}, shape...)}
	net.state = append(net.state, t)
	net.byName[name] = t
	if trainable {
		net.params = append(net.params, t)
	} else {
		net.buffers = append(net.buffers, t)
	}
}
