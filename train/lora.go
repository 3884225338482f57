package train

import (
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/model"
)

// lora trains low-rank adapters (Hu et al., ICLR 2022): a target weight, seen as
// a matrix of O outputs and K inputs times taps, is
//
//	W = W₀ + s·B·A,  B (O,r), A (r,K),  s = scale/rank
//
// and A and B are trained in its place. The network holds W, which is merged
// again after each step, and its graph knows nothing of adapters: with the
// gradient dW of the graph, dA = s·Bᵀ·dW and dB = s·dW·Aᵀ. B is zero at first.
// Where a matrix has fewer rows or columns than the rank, r is their number.
type lora struct {
	scale   float32 // s
	pool    *par.Pool
	targets []*adapter
	beside  []int           // parameters of the network, by their place, that are trained as they are
	pieces  []span          // ranges of rows of the targets, for workers
	params  []*model.Tensor // A and B of each target, then those beside
	grads   []*model.Tensor // aligned with params
	chunks  *chunks         // of params
}

// adapter is one target with its matrices.
type adapter struct {
	place   int // of the weight among what the network trains
	w, a, b *model.Tensor
	base    model.Tensor // W₀
	da, db  *model.Tensor
	o, k, r int
}

// Names of an adapter's tensors in a checkpoint end like this.
const (
	loraA    = ".lora_A"
	loraB    = ".lora_B"
	loraBase = ".lora_base"
)

// loraTargets returns the weights of convolutions and linear layers that the
// settings name, without frozen ones.
func loraTargets(c configs.LoRA, net *model.Network, frozen func(string) bool) ([]*model.Tensor, error) {
	match, err := regexp.Compile(c.Targets)
	if err != nil {
		return nil, fmt.Errorf("adapt.lora.targets: %w", err)
	}
	var targets []*model.Tensor
	for _, p := range net.Params() {
		if len(p.Shape) > 1 && match.MatchString(p.Name) && !frozen(p.Name) {
			targets = append(targets, p)
		}
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("adapt.lora.targets: %q names no weight of a convolution or linear layer that is free; they are named like %s", c.Targets, net.Params()[0].Name)
	}
	return targets, nil
}

// newLoRA returns adapters for those among what the network trains that are
// targets.
func newLoRA(c configs.LoRA, pool *par.Pool, net *model.Network, seed uint64) (*lora, error) {
	targets, err := loraTargets(c, net, net.Held)
	if err != nil {
		return nil, err
	}
	l := &lora{scale: float32(c.Scale / float64(c.Rank)), pool: pool}
	var beside []*model.Tensor
	for place, w := range net.Trainable() {
		if !slices.Contains(targets, w) {
			l.beside = append(l.beside, place)
			beside = append(beside, w)
			continue
		}
		o := w.Shape[0]
		k := len(w.Data) / o
		r := min(c.Rank, o, k)
		t := &adapter{place: place, w: w, o: o, k: k, r: r,
			a: zeros(w.Name+loraA, r, k), b: zeros(w.Name+loraB, o, r), da: zeros(w.Name+loraA, r, k), db: zeros(w.Name+loraB, o, r)}
		t.base = model.Tensor{Name: w.Name + loraBase, Shape: w.Shape, Data: slices.Clone(w.Data)}
		l.targets = append(l.targets, t)
		l.params = append(l.params, t.a, t.b)
		l.grads = append(l.grads, t.da, t.db)
		const rows = 16
		for lo := 0; lo < o; lo += rows {
			l.pieces = append(l.pieces, span{len(l.targets) - 1, lo, min(lo+rows, o)})
		}
	}
	l.params = append(l.params, beside...)
	l.chunks = newChunks(pool, l.params)
	l.reset(seed)
	return l, nil
}

// reset takes the network's present weights as W₀ and begins anew: A is uniform
// in ±1/√K, as the weight of a layer with K inputs would be, and B zero.
func (l *lora) reset(seed uint64) {
	var s rng.Stream
	for i, t := range l.targets {
		copy(t.base.Data, t.w.Data)
		s.Reset(seed, rng.Init, 1, uint64(i)) // 0 is the network's
		bound := 1 / math.Sqrt(float64(t.k))
		for j := range t.a.Data {
			t.a.Data[j] = float32((2*s.Rand().Float64() - 1) * bound)
		}
		clear(t.b.Data)
	}
}

// project turns the gradients of what the network trains into those of A, B and
// the parameters beside them.
func (l *lora) project(grads []*model.Tensor) []*model.Tensor {
	// dB by rows, each worker its own.
	l.pool.Do(len(l.pieces), func(i, _ int) {
		p := l.pieces[i]
		t := l.targets[p.tensor]
		dw := grads[t.place].Data
		for o := p.lo; o < p.hi; o++ {
			row := dw[o*t.k:][:t.k]
			for r := range t.r {
				t.db.Data[o*t.r+r] = l.scale * dot(row, t.a.Data[r*t.k:][:t.k])
			}
		}
	})
	// dA by targets: the sum over rows has one order.
	l.pool.Do(len(l.targets), func(i, _ int) {
		t := l.targets[i]
		dw := grads[t.place].Data
		clear(t.da.Data)
		for o := range t.o {
			row := dw[o*t.k:][:t.k]
			for r := range t.r {
				addScaled(t.da.Data[r*t.k:][:t.k], row, l.scale*t.b.Data[o*t.r+r])
			}
		}
	})
	all := l.grads[:2*len(l.targets)]
	for _, place := range l.beside {
		all = append(all, grads[place])
	}
	l.grads = all
	return all
}

// merge writes W = W₀ + s·B·A into the network.
func (l *lora) merge() {
	l.pool.Do(len(l.pieces), func(i, _ int) {
		p := l.pieces[i]
		t := l.targets[p.tensor]
		for o := p.lo; o < p.hi; o++ {
			w := t.w.Data[o*t.k:][:t.k]
			copy(w, t.base.Data[o*t.k:])
			for r := range t.r {
				addScaled(w, t.a.Data[r*t.k:][:t.k], l.scale*t.b.Data[o*t.r+r])
			}
		}
	})
}

// state returns the tensors that a checkpoint keeps: A, B and W₀ of each target.
func (l *lora) state() []model.Tensor {
	var s []model.Tensor
	for _, t := range l.targets {
		s = append(s, *t.a, *t.b, t.base)
	}
	return s
}

// dot is Σ x·y in four sums, so that additions need not wait for each other.
func dot(x, y []float32) float32 {
	var s [4]float32
	for len(x) >= 4 && len(y) >= 4 {
		s[0] += x[0] * y[0]
		s[1] += x[1] * y[1]
		s[2] += x[2] * y[2]
		s[3] += x[3] * y[3]
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		s[0] += v * y[i]
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}

// addScaled adds c·x to y.
func addScaled(y, x []float32, c float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += c * v
	}
}
