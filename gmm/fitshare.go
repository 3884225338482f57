package gmm

import "github.com/condmean/condmean/dist"

// The ranks of a group share the work of a fit: each computes the densities of its
// samples under all components, then the moments of its components over all samples,
// and has those of the others from them. Every number is computed by one rank, as one
// process would compute it.

// ownSamples returns the samples [lo,hi) of a rank, whole chunks of them.
func (f *fit) ownSamples(rank int) (lo, hi int) {
	first, last := dist.Share(chunks(f.b), rank, f.Group.Size())
	return first * chunk, min(last*chunk, f.b)
}

// ownComponents returns the components [lo,hi) of a rank.
func (f *fit) ownComponents(rank int) (lo, hi int) {
	return dist.Share(f.Components, rank, f.Group.Size())
}

// tellStart makes the clusters that EM begins with those of rank 0.
func (f *fit) tellStart() error {
	if err := dist.Tell(f.Group, &f.label, 0); err != nil {
		return err
	}
	if dist.Leads(f.Group) {
		return nil
	}
	clear(f.resp)
	for i, j := range f.label {
		f.resp[i*f.Components+j] = 1
	}
	return nil
}

// gatherExpectation completes what expectation has computed of this rank's samples.
func (f *fit) gatherExpectation() error {
	if f.Group.Size() == 1 {
		return nil
	}
	k := f.Components
	if err := dist.Gather(f.Group, f.resp, func(rank int) (int, int) {
		lo, hi := f.ownSamples(rank)
		return lo * k, hi * k
	}); err != nil {
		return err
	}
	if err := dist.Gather(f.Group, f.logp, f.ownSamples); err != nil {
		return err
	}
	label := make([]float64, f.b)
	for i, l := range f.label {
		label[i] = float64(l)
	}
	if err := dist.Gather(f.Group, label, f.ownSamples); err != nil {
		return err
	}
	for i, l := range label {
		f.label[i] = int(l)
	}
	return nil
}

// gatherMeans completes weights and means.
func (f *fit) gatherMeans(m *Mixture) error {
	if err := dist.Gather(f.Group, m.weights, f.ownComponents); err != nil {
		return err
	}
	return dist.Gather(f.Group, m.means, func(rank int) (int, int) {
		lo, hi := f.ownComponents(rank)
		return lo * f.n, hi * f.n
	})
}

// gatherComponents completes the covariances of components that are not empty.
func (f *fit) gatherComponents(m *Mixture) error {
	if f.Group.Size() == 1 {
		return nil
	}
	for root := range f.Group.Size() {
		lo, hi := f.ownComponents(root)
		for j := lo; j < hi; j++ {
			if m.weights[j] < 1 {
				continue
			}
			c := &m.comps[j]
			if f.Group.Rank() != root {
				*c = f.blank()
			}
			iso := []float64{c.iso}
			for _, x := range [][]float64{c.dense, c.lambda, c.u, iso} {
				if err := dist.Tell64(f.Group, x, root); err != nil {
					return err
				}
			}
			c.iso = iso[0]
		}
	}
	return nil
}

// blank returns a component with room for a covariance.
func (f *fit) blank() component {
	switch f.Kind {
	case Diag:
		return component{r: f.n, lambda: make([]float64, f.n)}
	case PPCA:
		return component{r: f.Rank, u: make([]float64, f.n*f.Rank), lambda: make([]float64, f.Rank)}
	}
	return component{r: f.n, dense: make([]float64, f.n*f.n)}
}
