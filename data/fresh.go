package data

import (
	"sync"

	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/rng"
)

// epochSource is a source whose samples differ from epoch to epoch, and are
// normalised when they are drawn.
type epochSource interface {
	Source
	// readEpoch copies sample index of an epoch into dst, normalised.
	readEpoch(dst []float32, epoch, index int) error
}

// fresh draws the samples of a mixture when they are read, new ones in each
// epoch. Sample i of an epoch is a function of (seed, epoch, i); in the first
// epoch it is that of a split drawn once.
type fresh struct {
	prior    *prior
	n        int
	seed     uint64
	samplers sync.Pool // of *freshSampler
}

// freshSampler is the memory of one draw.
type freshSampler struct {
	*gmm.Sampler
	x []float64
}

var _ epochSource = (*fresh)(nil)

func newFresh(p *prior, n int, seed uint64) *fresh {
	f := &fresh{prior: p, n: n, seed: seed}
	f.samplers.New = func() any { return &freshSampler{gmm.NewSampler(p.z), make([]float64, p.z.Dim())} }
	return f
}

func (f *fresh) Len() int     { return f.n }
func (f *fresh) Shape() []int { return append([]int(nil), f.prior.shape...) }

// Read copies a sample of the first epoch.
func (f *fresh) Read(dst []float32, index int) error {
	err := f.readEpoch(dst, 0, index)
	if err == nil {
		f.prior.norm.Invert(dst)
	}
	return err
}

func (f *fresh) readEpoch(dst []float32, epoch, index int) error {
	if err := inRange(index, f.n); err != nil {
		return err
	}
	s := f.samplers.Get().(*freshSampler)
	defer f.samplers.Put(s)
	s.Draw(s.x, f.seed, uint64(rng.DataTrain), uint64(epoch), uint64(index))
	for i, v := range s.x {
		dst[i] = float32(v)
	}
	return nil
}
