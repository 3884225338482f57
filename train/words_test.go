package train

import (
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/op"
)

// The words that configurations may use are those that mean something here.
func TestWordsAgree(t *testing.T) {
	rt, err := op.NewRuntime(1)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for key, accepts := range map[string]func(string) bool{
		"train.optimizer":    func(w string) bool { _, err := newOptimizer(configs.Train{Optimizer: w}, rt, nil); return err == nil },
		"train.on_nonfinite": func(w string) bool { _, err := ParsePolicy(w); return err == nil },
		"objective.loss":     func(w string) bool { _, err := op.ParseLoss(w); return err == nil },
	} {
		for _, w := range configs.Words(key) {
			if !accepts(w) {
				t.Errorf("%s = %s means nothing", key, w)
			}
		}
		if accepts("zebra") {
			t.Errorf("%s = zebra is accepted", key)
		}
	}
	policies := []string{string(PolicyStop), string(PolicySkip), string(PolicyRollback)}
	if words := configs.Words("train.on_nonfinite"); !slices.Equal(words, policies) {
		t.Errorf("train.on_nonfinite may be %v, want %v", words, policies)
	}
	// Every schedule of the learning rate is another function.
	var rates []float64
	for _, w := range configs.Words("train.schedule") {
		rate := LearningRate(configs.Train{LR: 1, Schedule: w}, 41, 100)
		if slices.Contains(rates, rate) {
			t.Errorf("train.schedule = %s is as another one", w)
		}
		rates = append(rates, rate)
	}
}
