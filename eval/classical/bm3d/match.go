package bm3d

// matcher finds blocks of a plane that look alike.
type matcher struct {
	p     plane
	reach int
	limit float64 // greatest square difference
	most  int
	// The best so far, nearest first.
	at []int
	d  []float64
}

func newMatcher(p plane, s *step) *matcher {
	spread := p.spread()
	return &matcher{p: p, reach: s.reach, limit: s.alike * spread * spread * Side * Side, most: s.most}
}

// group returns the blocks most like that at a row and a column, itself first: as
// many as the power of two that there are. The next call overwrites them.
func (m *matcher) group(row, column int) []int {
	p := m.p
	own := row*p.w + column
	m.at, m.d = append(m.at[:0], own), append(m.d[:0], 0)
	limit := m.limit
	for r := max(row-m.reach, 0); r <= min(row+m.reach, p.h-Side); r++ {
		for c := max(column-m.reach, 0); c <= min(column+m.reach, p.w-Side); c++ {
			at := r*p.w + c
			if at == own {
				continue
			}
			d := p.difference(own, at, limit)
			if !(d <= limit) {
				continue
			}
			m.insert(at, d)
			if len(m.at) == m.most {
				limit = m.d[m.most-1]
			}
		}
	}
	n := 1
	for 2*n <= len(m.at) {
		n *= 2
	}
	return m.at[:n]
}

// insert puts a block behind those that are as near, and drops the farthest of too
// many.
func (m *matcher) insert(at int, d float64) {
	if len(m.at) < m.most {
		m.at, m.d = append(m.at, 0), append(m.d, 0)
	} else if d >= m.d[m.most-1] {
		return
	}
	i := len(m.at) - 1
	for ; i > 1 && m.d[i-1] > d; i-- {
		m.at[i], m.d[i] = m.at[i-1], m.d[i-1]
	}
	m.at[i], m.d[i] = at, d
}

// difference returns the square of that of two blocks, or anything above limit
// if it is above.
func (p plane) difference(a, b int, limit float64) float64 {
	sum := 0.0
	for range Side {
		x, y := (*[Side]float64)(p.x[a:]), (*[Side]float64)(p.x[b:])
		d0, d1, d2, d3 := x[0]-y[0], x[1]-y[1], x[2]-y[2], x[3]-y[3]
		d4, d5, d6, d7 := x[4]-y[4], x[5]-y[5], x[6]-y[6], x[7]-y[7]
		sum += (d0*d0 + d1*d1 + d2*d2 + d3*d3) + (d4*d4 + d5*d5 + d6*d6 + d7*d7)
		if sum > limit {
			break
		}
		a, b = a+p.w, b+p.w
	}
	return sum
}
