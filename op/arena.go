package op

import (
	"slices"

	"github.com/condmean/condmean/op/internal/kernel"
)

// span is a buffer of a plan: so many floats that are in use from one position of the
// program's order to another, both included.
type span struct {
	size        int
	first, last int
	at          int             // where it lies in the arena
	give        func([]float32) // takes the memory
}

// arenaLine is what spans are rounded up to: floats of a line of the cache.
const arenaLine = 16

// arrange finds places for spans, such that those that are in use at the same time do
// not overlap, and returns the size of what holds them all: large ones first, each at
// the lowest place that is free all the while.
func arrange(spans []*span) (size int) {
	order := slices.Clone(spans)
	slices.SortStableFunc(order, func(a, b *span) int { return b.size - a.size })
	var placed []*span // by place
	for _, s := range order {
		s.at = 0
		for _, p := range placed {
			if p.last < s.first || s.last < p.first {
				continue
			}
			if p.at >= s.at+s.room() {
				break
			}
			s.at = max(s.at, p.at+p.room())
		}
		i, _ := slices.BinarySearchFunc(placed, s, func(p, s *span) int { return p.at - s.at })
		placed = slices.Insert(placed, i, s)
		size = max(size, s.at+s.room())
	}
	return size
}

// room is the size in whole lines.
func (s *span) room() int { return (s.size + arenaLine - 1) / arenaLine * arenaLine }

// allocate gives memory to spans that have places in an arena of the given size.
func allocate(spans []*span, size int) {
	arena := kernel.Alloc(size)
	for _, s := range spans {
		s.give(arena[s.at:][:s.size:s.size])
	}
}
