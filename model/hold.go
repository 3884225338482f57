package model

import "strings"

// Hold excludes from training all tensors whose names match: the parameters get
// no gradient, and a batch norm of which a tensor of statistics matches
// normalises by its running statistics, in training as in inference, and leaves
// them as they are. It replaces what was held before and concerns training steps
// that are made afterwards.
func (net *Network) Hold(match func(name string) bool) {
	net.held = map[string]bool{}
	for _, t := range net.state {
		if match(t.Name) {
			net.held[t.Name] = true
		}
	}
	// The statistics of a norm stay or move together.
	for _, t := range net.buffers {
		if net.held[t.Name] {
			for _, s := range statistics {
				net.held[t.Name[:strings.LastIndexByte(t.Name, '.')]+s] = true
			}
		}
	}
}

// statistics are the suffixes of a batch norm's buffers.
var statistics = []string{".running_mean", ".running_var", ".num_batches_tracked"}

// Held reports whether training leaves the tensor as it is.
func (net *Network) Held(name string) bool { return net.held[name] }

// Trainable returns the parameters that are not held, in the order of Params.
func (net *Network) Trainable() []*Tensor {
	var t []*Tensor
	for _, p := range net.params {
		if !net.held[p.Name] {
			t = append(t, p)
		}
	}
	return t
}
