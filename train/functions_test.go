package train

import (
	"math"
	"testing"

	"github.com/condmean/condmean/configs"
)

func TestLearningRate(t *testing.T) {
	const total = 104
	for _, tt := range []struct {
		schedule string
		warmup   int
		decay    float64
		drops    int
		want     map[int]float64 // by step
	}{
		{"constant", 4, 0, 0, map[int]float64{1: 0.5, 2: 1, 4: 2, 5: 2, 104: 2, 200: 2}},
		{"cosine", 4, 0, 0, map[int]float64{1: 0.5, 4: 2, 5: 2, 30: 1 + math.Sqrt2/2, 55: 1, 80: 1 - math.Sqrt2/2, 105: 0, 200: 0}},
		{"step", 5, 0, 0, map[int]float64{6: 2, 38: 2, 39: 0.2, 71: 0.2, 72: 0.02, 104: 0.02}},
		{"step", 4, 0.5, 3, map[int]float64{5: 2, 29: 2, 30: 1, 54: 1, 55: 0.5, 80: 0.25, 104: 0.25}},
		{"exponential", 4, 0, 0, map[int]float64{5: 2, 55: 0.2, 105: 0.02}},
		{"exponential", 4, 0.25, 0, map[int]float64{5: 2, 55: 1, 105: 0.5}},
	} {
		c := configs.Train{LR: 2, Schedule: tt.schedule, Warmup: tt.warmup, Decay: tt.decay, Drops: tt.drops}
		for step, want := range tt.want {
			if got := LearningRate(c, step, total); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s, step %d: %v, want %v", tt.schedule, step, got, want)
			}
		}
	}
}

func TestEMADecay(t *testing.T) {
	for step, want := range map[int]float64{1: 2. / 11, 90: 0.91, 1e6: 0.999} {
		if got := EMADecay(0.999, step); got != want {
			t.Errorf("step %d: %v, want %v", step, got, want)
		}
	}
}

func TestClipScale(t *testing.T) {
	if s := clipScale(10, 0); s != 1 {
		t.Errorf("no limit: %v", s)
	}
	if s := clipScale(0.5, 1); s != 1 {
		t.Errorf("below the limit: %v", s)
	}
	if s := clipScale(10, 1); math.Abs(s-0.1) > 1e-7 {
		t.Errorf("above the limit: %v", s)
	}
}
