package sched

import (
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// The words that configurations may use are those that mean something here.
func TestWordsAgree(t *testing.T) {
	for _, tt := range []struct {
		key   string
		words []string
		parse func(string) error
	}{
		{"schedule.kind", Kinds(), func(s string) error {
			_, err := New(scheduleOf(s))
			return err
		}},
		{"adapt.levels.kind", Kinds(), nil},
		{"objective.target", names(TargetEpsilon, TargetX0, TargetMean, TargetV), func(s string) error { _, err := ParseTarget(s); return err }},
		{"objective.weighting", names(WeightNone, WeightPaper, WeightMinSNR), func(s string) error { _, err := ParseWeighting(s); return err }},
		{"eval.match", names(MatchDB, MatchLinear, MatchExact), func(s string) error { _, err := ParseMatch(s); return err }},
		{"eval.start", names(StartPaper, StartCode), func(s string) error { _, err := ParseStart(s); return err }},
		{"eval.methods", []string{MethodMean.Kind, MethodOneShot.Kind, MethodDDIM.Kind, MethodResample.Kind, Average(1).Kind + ":M"},
			func(s string) error { _, err := ParseMethod(strings.ReplaceAll(s, ":M", ":2")); return err }},
	} {
		words := configs.Words(tt.key)
		if !slices.Equal(words, tt.words) {
			t.Errorf("%s may be %v, want %v", tt.key, words, tt.words)
		}
		if tt.parse == nil {
			continue
		}
		for _, w := range words {
			if err := tt.parse(w); err != nil {
				t.Errorf("%s = %s: %v", tt.key, w, err)
			}
		}
		if tt.parse("zebra") == nil {
			t.Errorf("%s = zebra is accepted", tt.key)
		}
	}
	// The longest schedule that configurations take can be built.
	c := configs.Default()
	c.Schedule = configs.Schedule{Kind: "linear", Steps: 100_000}
	if _, err := New(c.Schedule); err != nil || c.Validate() != nil {
		t.Errorf("%v; %v", err, c.Validate())
	}
	if c.Schedule.Steps++; c.Validate() == nil {
		t.Error("longer ones are accepted")
	}
}

// scheduleOf returns a schedule of a kind; cosine has no last β, custom all of them.
func scheduleOf(kind string) configs.Schedule {
	switch c := (configs.Schedule{Kind: kind, Steps: 10}); kind {
	case "cosine":
		return c
	case "custom":
		c.Betas = slices.Repeat([]float64{0.1}, 10)
		return c
	default:
		c.BetaEnd = 0.5
		return c
	}
}

func names[T ~string](values ...T) []string {
	var list []string
	for _, v := range values {
		list = append(list, string(v))
	}
	return list
}
