package model

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/op"
)

// cnn is the lightweight network of the sibling paper (arXiv 2403.03545):
// convolutions with ReLU between them, in their middle a scale-shift by the time
// embedding. Names, and the numbers in them, are those of the published code.
type cnn struct {
	shape []int // of a sample
	pre   []int // channels in front of, between and behind the first convolutions
	post  []int // likewise of those after the scale-shift
	time  []int // widths of embedding, linear layers between, and scale-shift
}

var _ architecture = (*cnn)(nil)

// newCNN checks the configuration and lays out the layers for samples of shape
// (C,L) or (C,H,W).
func newCNN(c configs.CNN, shape []int) (*cnn, error) {
	if len(c.Pre) == 0 {
		return nil, errors.New("model.cnn.pre: empty, want the channels after each convolution in front of the scale-shift")
	}
	for _, list := range [][]int{shape, c.Pre, c.Post} {
		for _, n := range list {
			if n < 1 {
				return nil, fmt.Errorf("model.cnn: layers of %v and %v channels for samples of shape %v, want at least 1", c.Pre, c.Post, shape)
			}
		}
	}
	middle := c.Pre[len(c.Pre)-1]
	a := &cnn{shape: shape, pre: append([]int{shape[0]}, c.Pre...), post: append(append([]int{middle}, c.Post...), shape[0])}
	switch {
	case c.TimeLayers < 0 || c.TimeLayers > 3:
		return nil, fmt.Errorf("model.cnn.time_layers: %d, want 0 to 3", c.TimeLayers)
	case c.TimeLayers == 0: // the embedding itself is the scale-shift
		a.time = []int{2 * middle}
	default:
		a.time = []int{c.Embedding}
		for range c.TimeLayers - 1 {
			a.time = append(a.time, middle)
		}
		a.time = append(a.time, 2*middle)
	}
	if d := a.time[0]; d < 4 || d%2 != 0 {
		return nil, fmt.Errorf("model.cnn.embedding: the time embedding has dimension %d, want an even number of at least 4", d)
	}
	return a, nil
}

func (a *cnn) declare(net *Network) {
	dims := len(a.shape) - 1
	for i := range len(a.time) - 1 {
		net.declareLinear(timeLayer(i), a.time[i], a.time[i+1])
	}
	for i := range len(a.pre) - 1 {
		net.declareConv(preLayer(i), a.pre[i], a.pre[i+1], dims)
	}
	for i := range len(a.post) - 1 {
		net.declareConv(postLayer(i), a.post[i], a.post[i+1], dims)
	}
}

func timeLayer(i int) string { return fmt.Sprintf("time_mlp.time_linear%d", i+1) }
func preLayer(i int) string  { return fmt.Sprintf("cnn_pre.conv_pre%d", i) }
func postLayer(i int) string { return fmt.Sprintf("cnn_post.conv_post%d", i) }

// forward builds ε̂ = CNN(x, t); see the package comment.
func (a *cnn) forward(b *builder, x, level *G.Node) *G.Node {
	film := b.embed(level, a.time[0]) // (N, 2·channels in the middle)
	for i := range len(a.time) - 1 {
		if i > 0 {
			film = b.relu(film)
		}
		film = b.linear(film, timeLayer(i))
	}
	h := x
	for i := range len(a.pre) - 1 {
		if i > 0 {
			h = b.relu(h)
		}
		h = b.conv(op.Input{X: h}, preLayer(i), op.ConvOptions{})
	}
	h = b.film(h, film)
	for i := range len(a.post) - 1 {
		if i > 0 {
			h = b.relu(h)
		}
		h = b.conv(op.Input{X: h}, postLayer(i), op.ConvOptions{})
	}
	return h
}

func (a *cnn) ends() (first, last string) { return preLayer(0), postLayer(len(a.post) - 2) }

func (a *cnn) checkBatch(int) error { return nil }
