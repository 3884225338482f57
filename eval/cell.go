package eval

import (
	"context"
	"fmt"
	"time"

	"github.com/condmean/condmean/dist"
)

// cell is what one column makes of one batch at one SNR: the piece of work that ranks
// share. The batches are the same for any number of them, and so are all figures but
// those of time.
type cell struct {
	Errors     []float64 // ‖x̂-x‖² of each sample
	PSNR, SSIM []float64 // of images
	Trace      []float64 // tr Cov(x|y), of conditional means
	Calls      int
	Note       string
	Spent      time.Duration
	Shown      []float32 // estimates of the samples that the report shows
}

// add appends the batch that follows.
func (c *cell) add(next cell) {
	c.Errors = append(c.Errors, next.Errors...)
	c.PSNR, c.SSIM = append(c.PSNR, next.PSNR...), append(c.SSIM, next.SSIM...)
	c.Trace = append(c.Trace, next.Trace...)
	c.Spent += next.Spent
	c.Shown = append(c.Shown, next.Shown...)
}

// estimates returns the cells of all batches and columns at SNR i. Where several ranks
// would find too little to share there, they do those of further SNRs along.
func (s *session) estimates(ctx context.Context, list []estimator, i int) ([][]cell, error) {
	if cells := s.ahead[i]; cells != nil {
		delete(s.ahead, i)
		return cells, nil
	}
	batches := (s.samples() + batch - 1) / batch
	const each = 4 // batches for every rank, so that none waits long for another
	snrs := []int{i}
	for k := i + 1; k < len(s.SNRs) && s.group.Size() > 1 && len(snrs)*batches < each*s.group.Size(); k++ {
		if !s.journal.has(s.key(k)) {
			snrs = append(snrs, k)
		}
	}
	cells, err := dist.Map(s.group, len(snrs)*batches, func(c int) ([]cell, error) {
		return s.estimate(ctx, list, snrs[c/batches], c%batches*batch)
	})
	if err != nil {
		return nil, err
	}
	for n, k := range snrs {
		s.ahead[k] = cells[n*batches:][:batches]
	}
	return s.estimates(ctx, list, i)
}

// advance moves progress on by a share of n samples' work; what is left of a whole
// call waits for the next batch.
func (s *session) advance(work, n int) {
	s.rest += work
	s.progress.Add(s.rest / n)
	s.rest %= n
}

// estimate lets all columns estimate the batch that begins with the first sample.
func (s *session) estimate(ctx context.Context, list []estimator, i, first int) ([]cell, error) {
	cells := make([]cell, len(list))
	d, n, db := s.Denoiser.Dim(), s.samples(), s.SNRs[i]
	b := min(batch, n-first)
	x, y, xhat := s.Test[first*d:][:b*d], make([]float64, b*d), make([]float64, b*d)
	for k, e := range list {
		c := cell{Errors: make([]float64, b)}
		s.observe(y, x, db, first)
		start := time.Now()
		var err error
		if c.Calls, c.Note, err = e.estimate(ctx, xhat, y, db, first); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name(), err)
		}
		c.Spent = time.Since(start)
		squares(c.Errors, xhat, x)
		if bad := notFinite(c.Errors); bad >= 0 {
			return nil, fmt.Errorf("%s: the estimate of test sample %d is not finite", e.name(), first+bad)
		}
		if s.Image != nil {
			c.PSNR, c.SSIM = make([]float64, b), make([]float64, b)
			s.compare(c.PSNR, c.SSIM, x, xhat)
		}
		if m, ok := e.(*posteriorMean); ok {
			c.Trace = m.trace
		}
		if shown := s.shownSNRs()[i]; first < shown {
			c.Shown = appendSample(nil, xhat[:min(shown-first, b)*d])
		}
		cells[k] = c
		s.advance((1+c.Calls)*b, n)
	}
	return cells, nil
}
