package train

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/model"
)

// Several ranks of a group may take the steps of one run: each has the learner and
// the state, and computes its share of every batch. What they decide on is the same
// everywhere, for it comes from sums over all of them; rank 0 alone has the folder.

// leads tells whether this rank has the folder.
func (r *run) leads() bool { return r.folder != nil }

// agree makes the score on which runs end that of rank 0, and tells whether any of
// the ranks was asked to stop: they are told at different moments, and have to stop
// behind the same step.
func (r *run) agree(ctx context.Context) (asked bool, err error) {
	if r.group.Size() == 1 {
		return false, nil // the learner looks
	}
	said := make([]float64, 3)
	if ctx.Err() != nil {
		said[0] = 1
	}
	if r.leads() {
		said[1], said[2] = r.at.Best, float64(r.at.BestStep)
	}
	if err := r.group.AllReduceSum(said); err != nil {
		return false, err
	}
	r.at.Best, r.at.BestStep = said[1], int(said[2])
	return said[0] > 0, nil
}

// alone returns the context of a step: with others it cannot end before them.
func (r *run) alone(ctx context.Context) context.Context {
	if r.group.Size() == 1 {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

// shareState lets all ranks go on from what rank 0 has.
func shareState(g dist.Group, l learner, at *state) error {
	if g.Size() == 1 {
		return nil
	}
	if err := dist.Tell(g, at, 0); err != nil {
		return err
	}
	own, err := l.State()
	if err != nil {
		return err
	}
	if err := dist.Tell(g, &own.losses, 0); err != nil {
		return err
	}
	for _, list := range [][]model.Tensor{own.weights, own.averaged, own.optimizer, own.adapters} {
		for i, t := range list {
			if !dist.Leads(g) { // the tensors are the learner's, which Load is to change
				list[i].Data = make([]float32, len(t.Data))
			}
			if err := dist.Tell32(g, list[i].Data, 0); err != nil {
				return err
			}
		}
	}
	if dist.Leads(g) {
		return nil
	}
	return l.Load(own)
}

// sameEverywhere refuses ranks that would not compute the same.
func sameEverywhere(g dist.Group, yaml, kernels string) error {
	if err := dist.Same(g, "train: the settings", yaml); err != nil {
		return err
	}
	if err := dist.Same(g, "train: the kernels of the processor", kernels); err != nil {
		return fmt.Errorf("%w (CONDMEAN_KERNEL names the kind)", err)
	}
	return nil
}

// sameWeights fails where a rank's weights are not bitwise those of rank 0, as a
// machine that computes wrongly would leave them.
func sameWeights(g dist.Group, net *model.Network) error {
	if g.Size() == 1 {
		return nil
	}
	hash := sha256.New()
	for _, t := range net.State() {
		if err := binary.Write(hash, binary.LittleEndian, t.Data); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return dist.Same(g, "train: SHA-256 of the weights", hex.EncodeToString(hash.Sum(nil)))
}

// gather completes the batch of a step that is not finite by the shares of the other
// ranks, all of which have found the same.
func (e *NonFiniteError) gather(g dist.Group) error {
	if g.Size() == 1 {
		return nil
	}
	type share struct {
		X, Target, Level, Weight []float32
		IDs                      []int
	}
	in := e.fed.in
	shares, err := dist.Map(g, g.Size(), func(int) (share, error) {
		return share{in.x, in.target, in.level, in.weight, e.fed.ids}, nil
	})
	if err != nil {
		return err
	}
	var all example
	var ids []int
	for _, s := range shares {
		all.x, all.target = append(all.x, s.X...), append(all.target, s.Target...)
		all.level, all.weight = append(all.level, s.Level...), append(all.weight, s.Weight...)
		ids = append(ids, s.IDs...)
	}
	*e = *nonFinite(e.Step, e.What, fed{all, e.fed.run, ids, e.fed.next})
	return nil
}
