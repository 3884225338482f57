package op

import (
	"math/rand/v2"
	"testing"
)

// TestArrange demands of random plans that spans which are in use at the same time do
// not overlap, that each begins at a line of the cache, and that the arena is not much
// larger than what is in use at once.
func TestArrange(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	worst := 1.0
	for trial := range 200 {
		end := 1 + r.IntN(60)
		spans := make([]*span, 1+r.IntN(80))
		live := make([]int, end)
		for i := range spans {
			first := r.IntN(end)
			s := &span{size: 1 + r.IntN(1<<r.IntN(12)), first: first, last: first + r.IntN(end-first)}
			spans[i] = s
			for k := s.first; k <= s.last; k++ {
				live[k] += s.room()
			}
		}
		size, most := arrange(spans), 0
		for _, n := range live {
			most = max(most, n)
		}
		for i, a := range spans {
			if a.at%arenaLine != 0 || a.at < 0 || a.at+a.size > size {
				t.Fatalf("trial %d: %+v in an arena of %d", trial, a, size)
			}
			for _, b := range spans[:i] {
				if a.first <= b.last && b.first <= a.last && a.at < b.at+b.size && b.at < a.at+a.size {
					t.Fatalf("trial %d: %+v and %+v overlap", trial, a, b)
				}
			}
		}
		worst = max(worst, float64(size)/float64(most))
	}
	t.Logf("at worst %.2f times what is in use at once", worst)
	if worst > 1.5 {
		t.Errorf("an arena is %.2f times what is in use at once", worst)
	}
}

// Spans that follow each other share one place, whatever their order.
func TestArrangeShares(t *testing.T) {
	spans := []*span{{size: 10, first: 0, last: 1}, {size: 100, first: 2, last: 3}, {size: 50, first: 4, last: 4}, {size: 20, first: 3, last: 4}}
	if size := arrange(spans); size != 112+32 {
		t.Errorf("an arena of %d floats, want the 112 of one place and the 32 beside it", size)
	}
	if spans[0].at != 0 || spans[1].at != 0 || spans[2].at != 0 || spans[3].at != 112 {
		t.Errorf("places %d, %d, %d and %d", spans[0].at, spans[1].at, spans[2].at, spans[3].at)
	}
}
