package dist

// Group is the processes of a job, its ranks, each of which calls the same
// collectives in the same order. A collective returns once it is done on this rank.
type Group interface {
	Rank() int // of this process, 0 to Size-1
	Size() int
	// AllReduceSum replaces x on every rank by the sum over the ranks, element by
	// element. All ranks get the same bits, which depend on nothing but what is
	// added and the number of ranks.
	AllReduceSum(x []float64) error
	// Start is AllReduceSum of float32 in the background: x must be left alone until
	// wait returns. Collectives that are called meanwhile come after it.
	Start(x []float32) (wait func() error)
	// Broadcast replaces b by that of the root.
	Broadcast(b []byte, root int) error
	// Barrier returns once all ranks have called it.
	Barrier() error
	// Watch names what is going on from now on. A collective in which nothing moves
	// for longer than the [Timeout] fails with that name; under the name "", as at
	// first, it waits for ever.
	Watch(what string)
	// Abort ends the processes of all ranks, with this exit code. Of several processes
	// it does not return.
	Abort(code int)
	// Close ends the group once all ranks have called it.
	Close() error
}

// Single is the group of one process.
type Single struct{}

var _ Group = Single{}

// Rank returns 0.
func (Single) Rank() int { return 0 }

// Size returns 1.
func (Single) Size() int { return 1 }

// AllReduceSum leaves x as it is.
func (Single) AllReduceSum([]float64) error { return nil }

// Start leaves x as it is.
func (Single) Start([]float32) func() error { return func() error { return nil } }

// Broadcast leaves b as it is.
func (Single) Broadcast([]byte, int) error { return nil }

// Barrier returns.
func (Single) Barrier() error { return nil }

// Watch does nothing.
func (Single) Watch(string) {}

// Abort does nothing: there is nobody else.
func (Single) Abort(int) {}

// Close does nothing.
func (Single) Close() error { return nil }

// Leads tells whether this process writes files and progress.
func Leads(g Group) bool { return g.Rank() == 0 }

// Share returns the range [lo,hi) of n things that are a rank's.
func Share(n, rank, size int) (lo, hi int) {
	return rank * n / size, (rank + 1) * n / size
}
