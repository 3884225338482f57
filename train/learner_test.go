package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
)

// copyOf returns a state that no step changes.
func copyOf(t *testing.T, l learner) learned {
	t.Helper()
	s, err := l.State()
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []*[]model.Tensor{&s.weights, &s.averaged, &s.optimizer, &s.adapters} {
		*list = slices.Clone(*list)
		for i := range *list {
			(*list)[i].Data = slices.Clone((*list)[i].Data)
		}
	}
	return s
}

// differing returns what is not bitwise the same in two states.
func differing(a, b learned) string {
	for i, list := range [][]model.Tensor{a.weights, a.averaged, a.optimizer, a.adapters} {
		other := [][]model.Tensor{b.weights, b.averaged, b.optimizer, b.adapters}[i]
		if len(list) != len(other) {
			return "the number of tensors"
		}
		for j, x := range list {
			if !slices.EqualFunc(x.Data, other[j].Data, func(v, w float32) bool { return math.Float32bits(v) == math.Float32bits(w) }) {
				return x.Name
			}
		}
	}
	if a.losses != b.losses {
		return "the sum of losses"
	}
	return ""
}

// A learner that loads the state of another goes on bitwise as that one does.
func TestLearnerGoesOn(t *testing.T) {
	from, _ := trainedRun(t)
	kinds := adapting(from)
	kinds["plain"] = tiny()
	for name, c := range kinds {
		c.Model.Dropout, c.Train.Clip = 0.1, 0.5
		set, err := data.Open(context.Background(), c.Data, c.Seed)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := readFirstBatch(set, c.Train.Batch)
		if err != nil {
			t.Fatal(err)
		}
		steps := func(l learner, first, last int) {
			for s := first; s <= last; s++ {
				if _, err := l.Step(context.Background(), turn{step: s, update: s, lr: 1e-3}, batch); err != nil {
					t.Fatal(err)
				}
			}
		}
		one, _ := newLearner(t, c, set.Shape())
		steps(one, 1, 3)
		c.Threads = 2
		two, _ := newLearner(t, c, set.Shape())
		if err := two.Load(copyOf(t, one)); err != nil {
			t.Fatal(err)
		}
		steps(one, 4, 5)
		steps(two, 4, 5)
		if d := differing(copyOf(t, one), copyOf(t, two)); d != "" {
			t.Errorf("%s: %s differs", name, d)
		}
	}
}

// A step that would spoil anything is refused before it changes a bit, also where
// loss and gradient of the network are finite.
func TestLearnerRefusesToBeSpoilt(t *testing.T) {
	overflow := tiny() // s = scale/rank is no float32
	overflow.Adapt.LoRA.Rank, overflow.Adapt.LoRA.Targets, overflow.Adapt.LoRA.Scale = 2, "weight$", 1e39
	for name, v := range map[string]struct {
		c     configs.Config
		value float32 // of one sample
		want  string
	}{
		"loss":               {tiny(), float32(math.NaN()), "the loss is NaN"},
		"running statistics": {tiny(), 1e30, "the running statistic downs.0.block1.0.running_var is not finite"},
		"adapters":           {overflow, 1, "the gradient of init_conv.weight.lora_A is not finite"},
	} {
		v.c.Train.EMA = 0.9
		set, err := data.Open(context.Background(), v.c.Data, v.c.Seed)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := readFirstBatch(set, v.c.Train.Batch)
		if err != nil {
			t.Fatal(err)
		}
		l, _ := newLearner(t, v.c, set.Shape())
		before := copyOf(t, l)
		batch.X[0] = v.value
		_, err = l.Step(context.Background(), turn{step: 1, update: 1, lr: 1e-3}, batch)
		var bad *NonFiniteError
		if !errors.As(err, &bad) || bad.What != v.want {
			t.Errorf("%s: error %v, want %s", name, err, v.want)
		}
		if d := differing(before, copyOf(t, l)); d != "" {
			t.Errorf("%s: %s has changed", name, d)
		}
	}
}
