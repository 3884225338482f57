package data

import (
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// numbers is a source whose sample i is the number i.
func numbers(n int) *memory {
	m := &memory{shape: []int{1, 1}}
	for i := range n {
		m.data = append(m.data, float32(i))
	}
	return m
}

// values reads all samples of a source of numbers.
func values(t *testing.T, s Source) []int {
	t.Helper()
	var v []int
	x := make([]float32, 1)
	for i := range s.Len() {
		if err := s.Read(x, i); err != nil {
			t.Fatal(err)
		}
		v = append(v, int(x[0]))
	}
	return v
}

func TestSplitsAreDisjointAndSeeded(t *testing.T) {
	split := func(c configs.Samples, seed uint64) (train, val, test []int) {
		s, err := splits{train: numbers(500)}.complete("x", c, seed)
		if err != nil {
			t.Fatal(err)
		}
		return values(t, s.train), values(t, s.val), values(t, s.test)
	}
	train, val, test := split(configs.Samples{}, 3)
	if len(train) != 400 || len(val) != 50 || len(test) != 50 {
		t.Errorf("splits of %d, %d, %d; want a tenth each", len(train), len(val), len(test))
	}
	all := slices.Concat(train, val, test)
	slices.Sort(all)
	if !slices.Equal(all, count(500)) {
		t.Error("the splits are no partition")
	}
	again, _, _ := split(configs.Samples{}, 3)
	other, _, _ := split(configs.Samples{}, 4)
	if !slices.Equal(train, again) || slices.Equal(train, other) {
		t.Error("the split is not a function of the seed")
	}
	train, val, test = split(configs.Samples{Train: 7, Val: 20, Test: 30}, 3)
	if len(train) != 7 || len(val) != 20 || len(test) != 30 {
		t.Errorf("splits of %d, %d, %d, want 7, 20, 30", len(train), len(val), len(test))
	}
}

func TestSplitsOfFilesStay(t *testing.T) {
	s, err := splits{train: numbers(100), test: numbers(40)}.complete("x", configs.Samples{Test: 15}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := values(t, s.test); !slices.Equal(got, count(15)) {
		t.Errorf("test split %v, want the first 15 of the file's", got)
	}
	if s.train.Len() != 90 || s.val.Len() != 10 {
		t.Errorf("%d for training and %d for validation, want 90 and 10", s.train.Len(), s.val.Len())
	}
}

func TestSplitsRefuse(t *testing.T) {
	for want, s := range map[string]configs.Samples{
		"data.samples.test = 50: x brings only 40": {Test: 50},
		"x has 100 training samples, too few for what is asked of them: 95 for training, 6 for validation make 101; set ": {Train: 95, Val: 6},
		"too few for what is asked of them: 1 for training, 100 for validation make 101; set ":                            {Val: 100},
	} {
		_, err := splits{train: numbers(100), test: numbers(40)}.complete("x", s, 1)
		if err == nil || !strings.Contains(err.Error(), want) || !configs.IsUsage(err) {
			t.Errorf("%+v: error %v, want %q", s, err, want)
		}
	}
	for want, s := range map[string]splits{
		"data: x has 3 samples, want at least 4: 1 for training, 1 for validation, 2 for testing":                                                               {train: numbers(3)},
		"data: x has 1 samples, want at least 2: 1 for training, 1 for validation":                                                                              {train: numbers(1), test: numbers(2)},
		"x has 4 training samples, too few for what is asked of them: 1 for training, 2 for validation, 2 for testing make 5; set train, val and test to fewer": {train: numbers(4)},
		"data.samples.test: x brings 1 of them, want at least 2":                                                                                                {train: numbers(100), test: numbers(1)},
		"x has 10 training samples, of 2 recordings that stay whole, too few for what is asked of them: 1 for training, 2 for validation, 2 for testing make 5": {train: inRuns{numbers(10), []int{0, 5}}},
	} {
		if _, err := s.complete("x", configs.Samples{}, 1); err == nil || !strings.Contains(err.Error(), want) || !configs.IsUsage(err) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	// What the message says would do, does.
	if _, err := (splits{train: numbers(4)}).complete("x", configs.Samples{Val: 1, Test: 2}, 1); err != nil {
		t.Error(err)
	}
}

// inRuns is a source in runs of samples that belong together.
type inRuns struct {
	*memory
	starts []int
}

func (r inRuns) blocks() []int { return r.starts }

func TestRunsStayInOneSplit(t *testing.T) {
	src := inRuns{numbers(100), nil}
	for at := 0; at < 100; at += 7 {
		src.starts = append(src.starts, at)
	}
	every := &subset{src, count(98)} // a subset keeps its source's runs
	for _, from := range []Source{src, every} {
		s, err := splits{train: from}.complete("x", configs.Samples{Val: 10, Test: 12}, 5)
		if err != nil {
			t.Fatal(err)
		}
		in := map[int]string{}
		for name, split := range map[string]Source{"train": s.train, "val": s.val, "test": s.test} {
			for _, v := range values(t, split) {
				if was, ok := in[v/7]; ok && was != name {
					t.Errorf("run %d lies in %s and %s", v/7, was, name)
				}
				in[v/7] = name
			}
		}
		if s.val.Len() != 10 || s.test.Len() != 12 || s.train.Len() != from.Len()-28 {
			t.Errorf("splits of %d, %d, %d", s.train.Len(), s.val.Len(), s.test.Len())
		}
	}
}
