package data

import "github.com/condmean/condmean/internal/dims"

// reader reads normalised samples of a source, changed at random on the way
// where there is an augmenter. Each goroutine has its own.
type reader struct {
	src     Source
	wide    wide // src, if it is read in full precision, else nil
	norm    *Norm
	x       []float64 // a sample of wide
	augment *augmenter

	was   []float32 // what augment changed
	was64 []float64
}

// newReader returns a reader; a may be nil.
func newReader(src Source, norm *Norm, a *augmenter) *reader {
	r := &reader{src: src, wide: asWide(src), norm: norm, augment: a}
	if r.wide != nil {
		r.x = make([]float64, dims.Count(src.Shape()))
	}
	return r
}

// read reads sample index as it is in the given epoch. Mean and scale are applied
// in float64, to values in full precision, before they become float32.
func (r *reader) read(dst []float32, epoch, index int) error {
	if s, ok := r.src.(epochSource); ok {
		return s.readEpoch(dst, epoch, index)
	}
	if r.wide == nil {
		if err := r.src.Read(dst, index); err != nil {
			return err
		}
		augment(r.augment, &r.was, dst, epoch, index)
		r.norm.Apply(dst)
		return nil
	}
	if err := r.wide.read64(r.x, index); err != nil {
		return err
	}
	augment(r.augment, &r.was64, r.x, epoch, index)
	normalize(r.norm, dst, r.x)
	return nil
}
