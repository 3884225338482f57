package bm3d

import (
	"cmp"
	"slices"
	"testing"
)

// TestMatch compares with sorting all blocks of the window.
func TestMatch(t *testing.T) {
	p := plane{37, 50, noisy(picture([3]int{1, 37, 50}), 0.2, 5)}
	for _, s := range []step{
		{reach: 19, most: 16, alike: 1},
		{reach: 19, most: 32, alike: 0.012},
		{reach: 3, most: 64, alike: 1}, // more than there are
		{reach: 19, most: 16, alike: 0},
	} {
		m := newMatcher(p, &s)
		for _, row := range references(p.h, 7) {
			for _, column := range references(p.w, 7) {
				type match struct {
					at int
					d  float64
				}
				var all []match
				for r := max(0, row-s.reach); r <= min(p.h-Side, row+s.reach); r++ {
					for c := max(0, column-s.reach); c <= min(p.w-Side, column+s.reach); c++ {
						d := 0.0
						for i := range Side {
							for j := range Side {
								e := p.x[(row+i)*p.w+column+j] - p.x[(r+i)*p.w+c+j]
								d += e * e
							}
						}
						if d <= s.alike*p.spread()*p.spread()*Side*Side {
							all = append(all, match{r*p.w + c, d})
						}
					}
				}
				slices.SortFunc(all, func(a, b match) int { return cmp.Compare(a.d, b.d) })
				n := 1
				for 2*n <= min(len(all), s.most) {
					n *= 2
				}
				got := m.group(row, column)
				if len(got) != n || !slices.EqualFunc(got, all[:n], func(at int, b match) bool { return at == b.at }) {
					t.Fatalf("%+v: at %d,%d %v, want %d of %v", s, row, column, got, n, all)
				}
			}
		}
	}
}

// TestReferences: blocks cover the axis.
func TestReferences(t *testing.T) {
	for n := Side; n < 40; n++ {
		list := references(n, 3)
		if list[0] != 0 || list[len(list)-1] != n-Side || !slices.IsSorted(list) {
			t.Errorf("%d: %v", n, list)
		}
		for i := range list[1:] {
			if d := list[i+1] - list[i]; d < 1 || d > 3 {
				t.Errorf("%d: %v", n, list)
			}
		}
	}
}
