package data

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/condmean/condmean/internal/rng"
)

// Cursor is a place in the endless sequence of training batches.
type Cursor struct {
	Epoch    int `json:"epoch"`
	Position int `json:"position"` // samples of the epoch already handed out
}

// Batch is some normalised samples. It is valid until the next call of Next.
type Batch struct {
	X     []float32 // (n, dim)
	IDs   []int     // index of each sample in its source
	Epoch int
	Next  Cursor // where to continue once this batch has been used
}

// Loader hands out shuffled batches of a source. The order is a function of
// (seed, epoch); the remainder of an epoch that fills no batch is left out.
// Reading goes on in the background, a few batches ahead.
type Loader struct {
	src   Source
	norm  *Norm
	batch int
	seed  uint64

	ready  chan *Batch
	free   chan *Batch
	last   *Batch
	cancel context.CancelFunc
	done   sync.WaitGroup
	err    error // of the reading goroutine, after ready is closed
	waited time.Duration
}

// prefetch is how many batches are read ahead.
const prefetch = 3

// ErrSmall is returned where a source does not fill one batch.
var ErrSmall = errors.New("data: the train split is smaller than a batch")

// NewLoader starts reading batches of the given size from the cursor on.
func NewLoader(src Source, norm *Norm, batch int, seed uint64, from Cursor) (*Loader, error) {
	if batch < 1 || src.Len() < batch {
		return nil, ErrSmall
	}
	if from.Epoch < 0 || from.Position < 0 || from.Position > src.Len() {
		return nil, errors.New("data: the cursor lies outside of the train split")
	}
	l := &Loader{src: src, norm: norm, batch: batch, seed: seed, ready: make(chan *Batch, prefetch), free: make(chan *Batch, prefetch)}
	for range prefetch {
		l.free <- &Batch{X: make([]float32, batch*dim(src.Shape())), IDs: make([]int, batch)}
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.done.Go(func() {
		defer close(l.ready)
		l.err = l.read(ctx, from)
	})
	return l, nil
}

// Next returns the next batch.
func (l *Loader) Next(ctx context.Context) (*Batch, error) {
	if l.last != nil {
		l.free <- l.last
		l.last = nil
	}
	start := time.Now()
	defer func() { l.waited += time.Since(start) }()
	select {
	case b, ok := <-l.ready:
		if !ok {
			return nil, l.err
		}
		l.last = b
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Waited returns the time spent waiting for data so far.
func (l *Loader) Waited() time.Duration { return l.waited }

// PerEpoch returns the number of batches of an epoch.
func (l *Loader) PerEpoch() int { return l.src.Len() / l.batch }

// Close stops reading.
func (l *Loader) Close() {
	l.cancel()
	l.done.Wait()
}

// read fills batches until ctx ends.
func (l *Loader) read(ctx context.Context, c Cursor) error {
	order := make([]int, l.src.Len())
	shuffled := -1
	d := dim(l.src.Shape())
	for {
		if c.Position+l.batch > len(order) {
			c = Cursor{Epoch: c.Epoch + 1}
		}
		if shuffled != c.Epoch {
			for i := range order {
				order[i] = i
			}
			rng.New(l.seed, rng.Shuffle, uint64(c.Epoch), 0).Rand().Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
			shuffled = c.Epoch
		}
		var b *Batch
		select {
		case b = <-l.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		copy(b.IDs, order[c.Position:])
		for i, id := range b.IDs {
			x := b.X[i*d:][:d]
			if err := l.src.Read(x, id); err != nil {
				return err
			}
			l.norm.Apply(x)
		}
		b.Epoch = c.Epoch
		c.Position += l.batch
		b.Next = c
		select {
		case l.ready <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
