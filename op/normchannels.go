package op

// channels are some channels of all samples that share no set with others.
type channels struct {
	m          *normMath
	first, end int
	set        []int // of each channel, from the first one's on
}

// split calls f for ranges of channels that together are all of them.
func (m *normMath) split(f func(channels)) {
	const (
		planes = 1024 // a range is not worth sharing out below so many
		line   = 16   // channels that threads must not share
	)
	together := m.c / m.sets
	size := max(line, planes/m.n/line*line, together)
	size -= size % together
	m.pool.Do((m.c+size-1)/size, func(i, _ int) {
		first, end := i*size, min((i+1)*size, m.c)
		f(channels{m, first, end, m.set[:end-first]})
	})
}

// each visits every sample.
func (r channels) each(f func(n int)) {
	for n := range r.m.n {
		f(n)
	}
}

// eachSets visits the sets of the channels, [lo,hi) of a sample at a time.
func (r channels) eachSets(f func(lo, hi int)) {
	samples := r.m.n
	if r.m.Kind == Batch {
		samples = 1 // they share their sets
	}
	for n := range samples {
		lo, hi := r.sets(n)
		f(lo, hi)
	}
}

// sets returns which sets the channels of sample n belong to.
func (r channels) sets(n int) (lo, hi int) {
	together := r.m.c / r.m.sets
	lo, hi = r.first/together, r.end/together
	if r.m.Kind != Batch {
		lo, hi = lo+n*r.m.sets, hi+n*r.m.sets
	}
	return lo, hi
}

// of returns what x has of the sets of sample n.
func (r channels) of(x []float64, n int) []float64 {
	lo, hi := r.sets(n)
	return x[lo:hi]
}

// lanes returns what x, lanes, has of the channels of sample n.
func (r channels) lanes(x []float32, n int) []float32 {
	return x[n*r.m.cp:][r.first:r.end]
}

// film returns what x, a scale-shift or its gradient, has of the channels of
// sample n; nil where there is none.
func (r channels) film(x []float32, n int) (scale, shift []float32) {
	c := r.m.c
	switch {
	case x == nil:
		return nil, nil
	case r.m.Shift:
		return nil, x[n*c:][r.first:r.end]
	}
	return x[n*2*c:][r.first:r.end], x[n*2*c+c:][r.first:r.end]
}

// before returns the scale-shift of sample n as 1+s and b that is applied to x,
// and after the one of the result.
func (r channels) before(in normInputs, n int) (scale, shift []float64) {
	return r.scaleShift(in, n, !r.m.After)
}

func (r channels) after(in normInputs, n int) (scale, shift []float64) {
	return r.scaleShift(in, n, r.m.After)
}

func (r channels) scaleShift(in normInputs, n int, here bool) (scale, shift []float64) {
	m := r.m
	scale, shift = m.one[r.first:r.end], m.zero[r.first:r.end]
	s, b := r.film(in.film, n)
	if b == nil || !here {
		return scale, shift
	}
	shift = m.shift[r.first:r.end]
	for c, v := range b {
		shift[c] = float64(v)
	}
	if s != nil {
		scale = m.scale[r.first:r.end]
		for c, v := range s {
			scale[c] = 1 + float64(v)
		}
	}
	return scale, shift
}
