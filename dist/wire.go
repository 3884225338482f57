package dist

import (
	"errors"
	"math/bits"
	"time"
	"unsafe"
)

// Wire carries messages between the ranks of a job. It is what an implementation of
// MPI is asked for. All calls come from one goroutine, but for Interrupt.
type Wire interface {
	Rank() int
	Size() int
	// Exchange sends to one rank and receives from another at the same time, where
	// messages are not empty. It fails with ErrTimeout where that takes longer than the
	// limit; 0 means to wait for ever. Messages of a failed one may still be under way,
	// so that nothing but Abort may follow.
	Exchange(send []byte, to int, recv []byte, from int, limit time.Duration) error
	// Interrupt lets an Exchange that is waiting, or the next one, abort the job; any
	// goroutine may call it.
	Interrupt(code int)
	// Abort ends all processes of the job.
	Abort(code int)
	Close() error
}

// ErrTimeout is returned by a wire whose limit has passed.
var ErrTimeout = errors.New("dist: timeout")

// ring sums x over the ranks in p-1 exchanges of a p-th each, and hands the sums round
// in as many. room holds the largest part.
func ring[T float32 | float64](w Wire, x, room []T, limit time.Duration) error {
	p, rank := w.Size(), w.Rank()
	next, last := (rank+1)%p, (rank+p-1)%p
	part := func(c int) []T {
		lo, hi := Share(len(x), (c+2*p)%p, p)
		return x[lo:hi]
	}
	for s := range p - 1 {
		mine := part(rank - s - 1)
		in := room[:len(mine)]
		if err := w.Exchange(raw(part(rank-s)), next, raw(in), last, limit); err != nil {
			return err
		}
		for i, v := range in {
			mine[i] += v
		}
	}
	for s := range p - 1 {
		if err := w.Exchange(raw(part(rank-s+1)), next, raw(part(rank-s)), last, limit); err != nil {
			return err
		}
	}
	return nil
}

// tree sums x over the ranks into that of rank 0, which adds rank 1 first; then pairs
// of two, of four, … Twice log₂ p short messages one after the other take less than
// the ring's 2(p-1).
func tree[T float32 | float64](w Wire, x, room []T, limit time.Duration) error {
	p, rank := w.Size(), w.Rank()
	for span := 1; span < p; span *= 2 {
		if rank&span != 0 {
			if err := w.Exchange(raw(x), rank-span, nil, 0, limit); err != nil {
				return err
			}
			break
		}
		if rank+span >= p {
			continue
		}
		in := room[:len(x)]
		if err := w.Exchange(nil, 0, raw(in), rank+span, limit); err != nil {
			return err
		}
		for i, v := range in {
			x[i] += v
		}
	}
	return spread(w, raw(x), 0, limit)
}

// spread hands b of the root to all ranks, down a binomial tree.
func spread(w Wire, b []byte, root int, limit time.Duration) error {
	p := w.Size()
	rank := (w.Rank() - root + p) % p // as if the root were 0
	at := func(r int) int { return (r + root) % p }
	span := 1 << bits.Len(uint(p-1))
	if rank != 0 {
		span = rank & -rank
		if err := w.Exchange(nil, 0, b, at(rank-span), limit); err != nil {
			return err
		}
	}
	for span /= 2; span > 0; span /= 2 {
		if rank+span < p {
			if err := w.Exchange(b, at(rank+span), nil, 0, limit); err != nil {
				return err
			}
		}
	}
	return nil
}

// raw returns the memory of x. Ranks are on machines of one kind.
func raw[T float32 | float64](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0])))
}
