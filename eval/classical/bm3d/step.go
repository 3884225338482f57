package bm3d

// step is one of the two: how groups are found and what is done to them.
type step struct {
	transform *transform
	stride    int     // pixels from one reference block to the next (N_step)
	reach     int     // pixels to the farthest block along either axis, (N_S-1)/2
	most      int     // blocks of a group (N₂), a power of two
	alike     float64 // greatest mean square difference of blocks of a group (τ), in squares of the channel's range
	guided    bool    // by an estimate, in which blocks are matched
	// shrink moves the spectrum of a group towards zero, given the variances of its
	// noise in units of σ², and returns the weight of its blocks: the inverse of the
	// noise's power that is left, but for σ².
	shrink func(noisy, basic, variances []block, sigma float64) (weight float64)
}

// filter estimates channels y with noise of the standard deviations sigma.
// Blocks are matched in the first channel, of the basic estimate if the step is
// guided; groups of the other channels are at the same places.
func (s *step) filter(y, basic []plane, sigma []float64) []plane {
	in := y
	if s.guided {
		in = basic
	}
	m := newMatcher(in[0], s)
	sums := make([]aggregate, len(y))
	for c, p := range y {
		sums[c] = newAggregate(p.h, p.w)
	}
	noisy, guide := make([]block, s.most), make([]block, s.most)
	variances, scratch := make([]block, s.most), make([]block, s.most)
	for _, row := range references(y[0].h, s.stride) {
		for _, column := range references(y[0].w, s.stride) {
			group := m.group(row, column)
			n := len(group)
			s.transform.noise.variances(variances[:n], group, y[0].w)
			for c, p := range y {
				s.analyse(noisy[:n], p, group, scratch)
				if s.guided {
					s.analyse(guide[:n], basic[c], group, scratch)
				}
				weight := s.shrink(noisy[:n], guide[:n], variances[:n], sigma[c])
				s.synthesise(noisy[:n], scratch)
				sums[c].add(noisy[:n], group, weight)
			}
		}
	}
	list := make([]plane, len(y))
	for c, a := range sums {
		list[c] = a.mean()
	}
	return list
}

// analyse writes the spectrum of a group of blocks of p.
func (s *step) analyse(dst []block, p plane, group []int, scratch []block) {
	for i, at := range group {
		dst[i].read(p, at)
		s.transform.forward.apply(&dst[i])
	}
	haar(dst, scratch)
}

// synthesise is its inverse, in place.
func (s *step) synthesise(g, scratch []block) {
	inverseHaar(g, scratch)
	for i := range g {
		s.transform.inverse.apply(&g[i])
	}
}
