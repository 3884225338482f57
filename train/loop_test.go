package train

import (
	"context"
	"slices"
	"testing"

	"github.com/condmean/condmean/data"
)

// scripted is a learner whose steps fail as told.
type scripted struct {
	*cpuLearner
	fails map[int]bool // by how many steps were asked for before
	turns []turn
}

func (s *scripted) Step(ctx context.Context, t turn, from batches) (data.Cursor, error) {
	s.turns = append(s.turns, t)
	if !s.fails[len(s.turns)-1] {
		return s.cpuLearner.Step(ctx, t, from)
	}
	b, err := from.Next(ctx)
	if err != nil {
		return data.Cursor{}, err
	}
	return data.Cursor{}, nonFinite(t.step, "scripted", fed{in: newExample(len(b.IDs), 8), ids: b.IDs, next: b.Next})
}

// The loop tells a learner the step, the update, of which steps that were left out
// are none, and the learning rate, and needs to know no more of it.
func TestLoopTurns(t *testing.T) {
	c := tiny()
	c.Train.Steps, c.Train.OnNonFinite, c.Train.MaxNonFinite = 6, "skip", 2
	set, err := data.Open(context.Background(), c.Data, c.Seed)
	if err != nil {
		t.Fatal(err)
	}
	cpu, pool := newLearner(t, c, set.Shape())
	l := &scripted{cpuLearner: cpu, fails: map[int]bool{1: true, 2: true, 4: true}}
	r, err := newRun(c, set, pool, l, state{}, home{dir: t.TempDir()}, Options{}.filled())
	if err != nil {
		t.Fatal(err)
	}
	closeLast(t, r.close)
	if err := r.loop(context.Background()); err != nil {
		t.Fatal(err)
	}
	var want []turn
	for i, update := range []int{1, 2, 2, 2, 3, 3} {
		want = append(want, turn{step: i + 1, update: update, lr: LearningRate(c.Train, i+1, 6)})
	}
	if !slices.Equal(l.turns, want) {
		t.Errorf("turns %v, want %v", l.turns, want)
	}
	if r.at.Step != 6 || r.at.Skipped != 3 || r.at.Cursor != (data.Cursor{Position: 6 * c.Train.Batch}) {
		t.Errorf("at %+v", r.at)
	}
}
