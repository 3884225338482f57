package data

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/rng"
)

// Cursor is a place in the endless sequence of training batches.
type Cursor struct {
	Epoch    int `json:"epoch"`
	Position int `json:"position"` // samples of the epoch already handed out
}

// Batch is some normalised samples, or this process's share of them. It is valid until
// the next call of Next.
type Batch struct {
	X     []float32 // (n, dim)
	IDs   []int     // index of each sample in its source
	Epoch int       // of the first sample
	Next  Cursor    // where to continue once this batch has been used

	epochs []int      // of each sample
	filled chan error // one value once X is filled
}

// LoaderOptions say how batches are made.
type LoaderOptions struct {
	Augment configs.Augment // of images
	Wrap    bool            // fill the last batch of an epoch from the next one, instead of leaving its samples out
	Workers int             // goroutines that read; 0 means 2; never changes a batch
	Group   dist.Group      // that has a share of each batch on each rank; nil: all is here
}

// Loader hands out shuffled batches of a source. The order is a function of
// (seed, epoch). Reading goes on in the background, a few batches ahead, into
// buffers that are used again.
type Loader struct {
	src   Source
	batch int // samples, of which those from lo on to hi are this process's
	lo    int
	hi    int
	seed  uint64
	wrap  bool

	ready  chan *Batch // planned, in order
	jobs   chan *Batch // the same, to be filled
	free   chan *Batch
	taken  *Batch // of ready, but not handed out yet
	last   *Batch // handed out
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
	waited time.Duration
}

// ErrSmall is returned where a source does not fill one batch.
var ErrSmall = errors.New("data: the train split is smaller than a batch")

// NewLoader starts reading batches of the given size from the cursor on, with
// the zero LoaderOptions. Set.Loader takes those of the configuration.
func NewLoader(src Source, norm *Norm, batch int, seed uint64, from Cursor) (*Loader, error) {
	return startLoader(src, norm, batch, seed, from, LoaderOptions{})
}

func startLoader(src Source, norm *Norm, batch int, seed uint64, from Cursor, o LoaderOptions) (*Loader, error) {
	if batch < 1 || src.Len() < batch {
		return nil, ErrSmall
	}
	if from.Epoch < 0 || from.Position < 0 || from.Position > src.Len() {
		return nil, configs.Usagef("data: the cursor is at sample %d of epoch %d, which lies outside of the train split of %d samples: the data changed since the cursor was saved", from.Position, from.Epoch, src.Len())
	}
	if o.Augment != (configs.Augment{}) && len(src.Shape()) != 3 {
		return nil, errors.New("data: only images can be augmented")
	}
	lo, hi := 0, batch
	if o.Group != nil {
		lo, hi = dist.Share(batch, o.Group.Rank(), o.Group.Size())
	}
	own := hi - lo
	workers := cmp.Or(o.Workers, 2)
	buffers := workers + 2
	l := &Loader{src: src, batch: batch, lo: lo, hi: hi, seed: seed, wrap: o.Wrap,
		ready: make(chan *Batch, buffers), jobs: make(chan *Batch, buffers), free: make(chan *Batch, buffers)}
	for range buffers {
		l.free <- &Batch{X: make([]float32, own*dims.Count(src.Shape())), IDs: make([]int, own), epochs: make([]int, own), filled: make(chan error, 1)}
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.done.Go(func() { l.plan(from) })
	for range workers {
		l.done.Go(func() {
			r := newReader(src, norm, &augmenter{Augment: o.Augment, seed: seed, shape: src.Shape()})
			for b := range l.jobs {
				b.filled <- l.fill(b, r)
			}
		})
	}
	return l, nil
}

// Next returns the next batch.
func (l *Loader) Next(ctx context.Context) (*Batch, error) {
	start := time.Now()
	defer func() { l.waited += time.Since(start) }()
	if l.last != nil {
		l.free <- l.last
		l.last = nil
	}
	if err := l.ctx.Err(); err != nil {
		return nil, err // closed
	}
	if l.taken == nil {
		select {
		case l.taken = <-l.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	select {
	case err := <-l.taken.filled:
		l.last, l.taken = l.taken, nil
		if err != nil {
			return nil, err
		}
		return l.last, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Waited returns the time spent waiting for data so far.
func (l *Loader) Waited() time.Duration { return l.waited }

// PerEpoch returns the number of batches of an epoch; with Wrap, an epoch may
// begin within the last one.
func (l *Loader) PerEpoch() int { return l.src.Len() / l.batch }

// Close stops reading.
func (l *Loader) Close() {
	l.cancel()
	l.done.Wait()
}

// plan decides which samples the batches hold, in order, until the loader is
// closed. No send blocks: each channel has room for all buffers.
func (l *Loader) plan(c Cursor) {
	defer close(l.jobs)
	n := l.src.Len()
	var order []int
	shuffled := -1
	for {
		var b *Batch
		select {
		case b = <-l.free:
		case <-l.ctx.Done():
			return
		}
		if !l.wrap && c.Position+l.batch > n {
			c = Cursor{Epoch: c.Epoch + 1}
		}
		for i := range l.batch {
			if c.Position == n {
				c = Cursor{Epoch: c.Epoch + 1}
			}
			if shuffled != c.Epoch {
				order, shuffled = rng.New(l.seed, rng.Shuffle, uint64(c.Epoch), 0).Rand().Perm(n), c.Epoch
			}
			if i == 0 {
				b.Epoch = c.Epoch
			}
			if i >= l.lo && i < l.hi {
				b.IDs[i-l.lo], b.epochs[i-l.lo] = order[c.Position], c.Epoch
			}
			c.Position++
		}
		b.Next = c
		l.jobs <- b
		l.ready <- b
	}
}

// fill reads the samples of a batch.
func (l *Loader) fill(b *Batch, r *reader) error {
	d := len(b.X) / len(b.IDs)
	return firstError(l.ctx, len(b.IDs), func(i int) error {
		return r.read(b.X[i*d:][:d], b.epochs[i], b.IDs[i])
	})
}
