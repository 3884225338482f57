package model

import (
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/op"
)

// pair is the first of two ranks, of which the second one has gradients of zero. It
// notes the sums that begin.
type pair struct {
	dist.Single
	begun *[]int
}

func (p pair) Size() int { return 2 }

func (p pair) Start(x []float32) func() error {
	*p.begun = append(*p.begun, len(x))
	return func() error { return nil }
}

// The gradients of two ranks are summed in buckets, each as soon as its last gradient
// is there: the first ones long before the backward pass ends.
func TestGradientsAreSummedAlong(t *testing.T) {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	var begun []int
	rt.Join(pair{begun: &begun})
	net, err := New(rt, configs.Model{Kind: "unet", Channels: 32, Multipliers: []int{1, 2, 4}, Blocks: 1, Norm: "group"}, []int{1, 4, 4}, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := net.NewTrainStep(4, "mse", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.X) != 2*net.Dim() {
		t.Errorf("%d inputs, want those of half a batch of 4", len(s.X))
	}
	if _, err := s.Run(1); err != nil {
		t.Fatal(err)
	}
	sum, trained := 0, 0
	for _, n := range begun {
		sum += n
	}
	for _, p := range net.Trainable() {
		trained += len(p.Data)
	}
	if sum != trained || len(begun) < 4 {
		t.Errorf("buckets of %v values, want %d in all", begun, trained)
	}
	// In the order of the machine, what is left of the work once the first bucket is full?
	outputs := s.Outputs()
	order, err := G.Sort(outputs[0].Graph().ExactSubgraphRoots(outputs...))
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(order)
	filled, first, loss := 0, 0, slices.Index(order, outputs[0])
	for i, n := range order {
		if o, ok := n.Op().(*op.GroupSum); ok && first == 0 {
			if filled += o.Inputs()[0].Shape().TotalSize(); filled >= begun[0] {
				first = i
			}
		}
	}
	if left := float64(len(order)-first) / float64(len(order)-loss); left < 0.5 {
		t.Errorf("the first sum begins with %.0f %% of the backward pass left", 100*left)
	} else {
		t.Logf("%d buckets; the first sum begins with %.0f %% of the backward pass left", len(begun), 100*left)
	}
}
