package train

import (
	"math"
	"testing"

	"github.com/condmean/condmean/configs"
)

func TestLearningRate(t *testing.T) {
	c := configs.Train{LR: 2, Schedule: "constant", Warmup: 4}
	for step, want := range map[int]float64{1: 0.5, 2: 1, 4: 2, 5: 2, 100: 2} {
		if got := LearningRate(c, step, 100); got != want {
			t.Errorf("constant, step %d: %v, want %v", step, got, want)
		}
	}
	c = configs.Train{LR: 2, Schedule: "cosine"}
	for step, want := range map[int]float64{1: 2, 51: 1, 101: 0, 200: 0} {
		if got := LearningRate(c, step, 100); math.Abs(got-want) > 1e-15 {
			t.Errorf("cosine, step %d: %v, want %v", step, got, want)
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
