package data

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/rng"
)

// splits are the parts of a data set as its files bring them; val and test are
// nil where there are none.
type splits struct{ train, val, test Source }

// blocked is a source whose samples belong together in runs, such as the
// overlapping frames of one recording: a run never lies in two splits.
type blocked interface {
	// blocks returns where each run begins; the first is 0.
	blocks() []int
}

// subset is some samples of a source.
type subset struct {
	Source
	index []int
}

func (s *subset) Len() int { return len(s.index) }

func (s *subset) Read(dst []float32, i int) error {
	if err := inRange(i, len(s.index)); err != nil {
		return err
	}
	return s.Source.Read(dst, s.index[i])
}

func (s *subset) wide() bool { return asWide(s.Source) != nil }

func (s *subset) read64(dst []float64, i int) error {
	if err := inRange(i, len(s.index)); err != nil {
		return err
	}
	return asWide(s.Source).read64(dst, s.index[i])
}

// blocks returns where runs of the source begin among the samples.
func (s *subset) blocks() []int {
	b, ok := s.Source.(blocked)
	if !ok {
		return count(len(s.index))
	}
	starts := b.blocks()
	var out []int
	last := -1
	for i, at := range s.index {
		if run := sort.SearchInts(starts, at+1); run != last {
			out, last = append(out, i), run
		}
	}
	return out
}

func (s *subset) label(i int) (int, bool) {
	if i < 0 || i >= len(s.index) {
		return 0, false
	}
	return Label(s.Source, s.index[i])
}

// complete cuts what is missing out of the training samples, at random by the
// seed, and every split to the size asked for. name is for messages.
func (s splits) complete(name string, c configs.Samples, seed uint64) (splits, error) {
	n := s.train.Len()
	runs := newRuns(s.train, seed)
	// cut completes one split: its first samples if the files bring it, else
	// new ones.
	cut := func(from Source, key string, size int) (Source, error) {
		switch {
		case from != nil && size > from.Len():
			return nil, configs.Usagef("data.samples.%s = %d: %s brings only %d", key, size, name, from.Len())
		case from != nil && (size == 0 || size == from.Len()):
			return from, nil
		case from != nil:
			return &subset{from, count(size)}, nil
		}
		if size == 0 {
			size = tenth(n)
		}
		return &subset{s.train, runs.take(size)}, nil
	}
	var out splits
	var err error
	if out.test, err = cut(s.test, "test", c.Test); err != nil {
		return out, err
	}
	if out.val, err = cut(s.val, "val", c.Val); err != nil {
		return out, err
	}
	rest := n
	if c.Train > 0 {
		rest = c.Train
	}
	train := runs.take(rest)
	if out.train = s.train; len(train) < n {
		out.train = &subset{s.train, train}
	}
	switch {
	case c.Test == 1:
		return out, configs.Usagef("data.samples.test = 1: want at least 2, or 0 for as many as there are")
	case s.test != nil && out.test.Len() < 2:
		return out, configs.Usagef("data.samples.test: %s brings %d of them, want at least 2", name, out.test.Len())
	case s.val != nil && out.val.Len() < 1:
		return out, configs.Usagef("data.samples.val: %s brings none, want at least 1", name)
	case len(train) == 0 || len(train) < c.Train || out.val.Len() < max(1, c.Val) || out.test.Len() < max(2, c.Test):
		return out, s.tooFew(name, c)
	}
	return out, nil
}

// tooFew says how many samples there are to divide, how many are asked for, and what
// would do.
func (s splits) tooFew(name string, c configs.Samples) error {
	n := s.train.Len()
	var least, asked []string
	needed, sum := 0, 0
	for _, part := range []struct {
		cut       bool
		use       string
		min, size int
	}{
		{true, "training", 1, c.Train},
		{s.val == nil, "validation", 1, cmp.Or(c.Val, tenth(n))},
		{s.test == nil, "testing", 2, cmp.Or(c.Test, tenth(n))},
	} {
		if !part.cut {
			continue
		}
		size := max(part.size, part.min)
		needed, sum = needed+part.min, sum+size
		least = append(least, fmt.Sprintf("%d for %s", part.min, part.use))
		asked = append(asked, fmt.Sprintf("%d for %s", size, part.use))
	}
	if n < needed {
		return configs.Usagef("data: %s has %d samples, want at least %d: %s", name, n, needed, strings.Join(least, ", "))
	}
	whole := ""
	if b, ok := s.train.(blocked); ok {
		whole = fmt.Sprintf(", of %d recordings that stay whole", len(b.blocks()))
	}
	return configs.Usagef("data.samples: %s has %d training samples%s, too few for what is asked of them: %s make %d; set train, val and test to fewer (0 means the rest, and a tenth), or give more data",
		name, n, whole, strings.Join(asked, ", "), sum)
}

// tenth is how many of n samples a split gets that no number is asked for.
func tenth(n int) int { return min(max(n/10, 2), 10_000) }

// runs hands out the samples of a source in whole runs, which are in random
// order.
type runs struct {
	starts []int // of all runs, and where the last one ends; nil if each is one sample
	order  []int // runs left
}

func newRuns(s Source, seed uint64) *runs {
	n := s.Len()
	var starts []int
	if b, ok := s.(blocked); ok {
		starts = b.blocks()
		n, starts = len(starts), append(slices.Clone(starts), n)
	}
	return &runs{starts, rng.New(seed, rng.DataTrain, 0, 0).Rand().Perm(n)}
}

// run returns the samples [lo,hi) of a run.
func (r *runs) run(i int) (lo, hi int) {
	if r.starts == nil {
		return i, i + 1
	}
	return r.starts[i], r.starts[i+1]
}

// take returns n samples of the runs left, or as many as there are, in the
// order of the source. What it leaves of its last run is in no split.
func (r *runs) take(n int) []int {
	index := make([]int, 0, min(n, len(r.order)))
	for len(index) < n && len(r.order) > 0 {
		lo, hi := r.run(r.order[0])
		for i := lo; i < hi && len(index) < n; i++ {
			index = append(index, i)
		}
		r.order = r.order[1:]
	}
	slices.Sort(index)
	return index
}

// count returns 0, 1, …, n-1.
func count(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}
