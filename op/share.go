package op

import "github.com/condmean/condmean/dist"

// Share is the part of a batch that a graph is for: samples [First, First+n) of Of,
// where other ranks of a group compute the rest. The zero value means all of it.
type Share struct{ First, Of int }

// Share returns this process's share of a batch of n samples, and how many these are.
func (r *Runtime) Share(n int) (s Share, own int) {
	if r.group.Size() == 1 {
		return Share{}, n
	}
	lo, hi := dist.Share(n, r.group.Rank(), r.group.Size())
	return Share{First: lo, Of: n}, hi - lo
}

// whole returns the samples of the whole batch, of which the graph has n.
func (s Share) whole(n int) int {
	if s.Of == 0 {
		return n
	}
	return s.Of
}

// sum adds up over the ranks what each has of a sum over the batch.
func (s Share) sum(g dist.Group, x []float64) error {
	if s.Of == 0 {
		return nil
	}
	return g.AllReduceSum(x)
}

// attributes tells the share where there is one.
func (s Share) attributes() []Attribute {
	if s.Of == 0 {
		return nil
	}
	return []Attribute{{"first", s.First}, {"of", s.Of}}
}
