package kernel

// Networks' activations are larger than the caches. A worker takes samples that
// follow each other, and while it multiplies what is in cache it asks for the memory
// of the next ones, a piece at a time.

// runs cuts n pieces of work into runs of decreasing length, of which one of so many
// workers takes each: long ones first, single ones last, so that all finish together.
// Run i is [runs[i], runs[i+1]). What is computed of a piece does not depend on the run.
func runs(n, workers int) []int {
	share := 4 * workers // of what is left
	ends := []int{0}
	for at := 0; at < n; {
		at += (n - at + share - 1) / share
		ends = append(ends, at)
	}
	return ends
}

// eachRun calls f for all samples, as many together as are told, with the end of
// the samples that the same worker takes next.
func (c *Conv) eachRun(together int, f func(worker, n0, n1, next int)) {
	n := c.In.N
	ends := runs((n+together-1)/together, c.w.pool.Threads())
	c.w.pool.Do(len(ends)-1, func(i, worker int) {
		end := min(ends[i+1]*together, n)
		for n0 := ends[i] * together; n0 < end; n0 += together {
			n1 := min(n0+together, end)
			f(worker, n0, n1, min(n1+together, end))
		}
	})
}

// ahead is the memory that a worker touches next; nil where there is none.
type ahead [3][]float32

// of returns samples [n0,n1) of x, of shape s.
func (s Shape) of(x []float32, n0, n1 int) []float32 { return x[n0*s.sample() : n1*s.sample()] }

// beside returns a, or nothing where products of so many floats leave no room in the
// second cache for what comes next.
func (a ahead) beside(floats int) ahead {
	const most = 220 << 10
	if floats > most {
		return ahead{}
	}
	return a
}

// fetch asks for one of some pieces.
func (a *ahead) fetch(t *tier, piece, pieces int) {
	for _, x := range a {
		if p := x[len(x)*piece/pieces : len(x)*(piece+1)/pieces]; len(p) > 0 {
			t.prefetch(p)
		}
	}
}
