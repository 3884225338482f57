package op

import (
	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/op/internal/kernel"
)

// Exchange adds up gradients over the ranks of a group while the backward pass goes
// on. They are copied into buckets as they come, the last layers' first, and a bucket
// that is full is summed in the background.
type Exchange struct {
	rt      *Runtime
	group   dist.Group
	least   int // values of a bucket, but of the last one
	buckets []*bucket
}

// bucket is some gradients one after the other.
type bucket struct {
	size    int // values
	parts   int // gradients
	data    []float32
	filled  int          // gradients of this run
	waiting func() error // for the sum
}

// Buckets are as small as leastBucket values, so that the first sums begin early, and
// so large that there are no more than mostBuckets of them: each takes the time of a
// message to every rank.
const (
	leastBucket = 1 << 18
	mostBuckets = 16
)

// NewExchange returns an exchange of the runtime's group for gradients of so many
// values in all.
func NewExchange(rt *Runtime, values int) *Exchange {
	return &Exchange{rt: rt, group: rt.group, least: max(leastBucket, (values+mostBuckets-1)/mostBuckets)}
}

// Add returns a node that puts a gradient into the exchange, and whose value is the
// sum once Wait has returned. Gradients are added in the order in which they are
// computed.
func (e *Exchange) Add(grad *G.Node) (*G.Node, error) {
	if n := len(e.buckets); n == 0 || e.buckets[n-1].size >= e.least {
		e.buckets = append(e.buckets, &bucket{})
	}
	b := e.buckets[len(e.buckets)-1]
	s := &GroupSum{core: newCore(e.rt, "groupsum", plain, grad.Shape()...), exchange: e, bucket: b, at: b.size}
	s.side = true
	b.size += s.size()
	b.parts++
	return apply(s, grad)
}

// Wait returns once all buckets of a run are summed.
func (e *Exchange) Wait() error {
	var first error
	for _, b := range e.buckets {
		if b.waiting == nil {
			continue
		}
		if err := b.waiting(); err != nil && first == nil {
			first = err
		}
		b.waiting, b.filled = nil, 0
	}
	return first
}

// GroupSum is its input, an array, added up over the ranks of a group. It has the
// sum only once its Exchange has.
type GroupSum struct {
	core
	noDiff
	exchange *Exchange
	bucket   *bucket
	at       int // in the bucket
}

// FLOP returns 0: others do the work meanwhile.
func (s *GroupSum) FLOP() int64 { return 0 }

// Do puts the input into its bucket.
func (s *GroupSum) Do(v ...G.Value) (out G.Value, err error) {
	defer s.guard(&err)
	b := s.bucket
	if b.data == nil {
		b.data = kernel.Alloc(b.size)
	}
	if s.out == nil {
		s.setBuf(b.data[s.at:][:s.size()])
	}
	copy(s.buf(), floats(v[0]))
	if b.filled++; b.filled == b.parts {
		b.waiting = s.exchange.group.Start(b.data)
	}
	return s.out, nil
}

var _ operation = (*GroupSum)(nil)
