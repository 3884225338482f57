package data

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/par"
)

// Progress is told how far a long task is: a download in bytes, reading in
// files, a fit in iterations. What follows ": " in the task's name changes with
// it. It is called by one goroutine at a time.
type Progress func(task string, done, total int64)

// Option changes how Open works, but not what it returns.
type Option func(*opener)

// WithLog sets where Open logs; by default nowhere.
func WithLog(l *slog.Logger) Option { return func(o *opener) { o.log = l } }

// WithProgress sets who is told about downloads and long reading.
func WithProgress(p Progress) Option { return func(o *opener) { o.progress = p } }

// WithShapeCheck lets f refuse the shape of the samples, where it is known long before
// they are: of images before the first one is decoded.
func WithShapeCheck(f func(shape []int) error) Option { return func(o *opener) { o.check = f } }

// WithThreads sets the number of threads; by default all processors are used.
func WithThreads(n int) Option {
	return func(o *opener) {
		if n > 0 {
			o.threads = n
		}
	}
}

// WithGroup lets the ranks of a group have shares of each batch of training, and fit
// mixtures together. Rank 0 fetches files before the others look for them.
func WithGroup(g dist.Group) Option { return func(o *opener) { o.group = g } }

// opener opens one data set.
type opener struct {
	group    dist.Group
	c        configs.Data
	seed     uint64
	log      *slog.Logger
	progress Progress
	threads  int
	client   *http.Client
	sets     map[string]publicSet
	pause    time.Duration // before a failed download is tried again
	check    func(shape []int) error
}

// files are a data set as its files bring it.
type files struct {
	splits
	name           string
	image, complex bool
	skipped        int
}

// Open reads or draws the data set that a configuration names, splits it and
// computes its normalisation. Missing files of public data sets are downloaded.
func Open(ctx context.Context, c configs.Data, seed uint64, options ...Option) (*Set, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o := newOpener(c, seed)
	for _, option := range options {
		option(o)
	}
	if c.Kind == mixtureKind {
		return o.mixture(ctx)
	}
	f, err := o.files(ctx)
	if err != nil {
		return nil, err
	}
	return o.set(ctx, f)
}

func newOpener(c configs.Data, seed uint64) *opener {
	return &opener{
		group: dist.Single{}, c: c, seed: seed, log: slog.New(slog.DiscardHandler), progress: func(string, int64, int64) {}, threads: runtime.GOMAXPROCS(0),
		client: newClient(), sets: publicSets(), pause: time.Second,
	}
}

// files opens the data set's files. That one cannot be read is for the user to mend.
func (o *opener) files(ctx context.Context) (files, error) {
	f, err := o.find(ctx)
	if err != nil {
		return files{}, &configs.UsageError{Err: err}
	}
	for _, split := range []Source{f.train, f.val, f.test} {
		if split == nil {
			continue
		}
		if err := configs.CheckSample(split.Shape()); err != nil {
			return files{}, configs.Usagef("data: %s: %w", f.name, err)
		}
		if shape := f.train.Shape(); !slices.Equal(split.Shape(), shape) {
			return files{}, configs.Usagef("data: %s: samples for training have the shape %v, others %v", f.name, shape, split.Shape())
		}
		if err := limit.Check("samples", int64(split.Len())); err != nil {
			return files{}, configs.Usagef("data: %s: %w", f.name, err)
		}
	}
	return f, nil
}

func (o *opener) find(ctx context.Context) (f files, err error) {
	k, err := kindOf(o.c.Kind)
	if err != nil {
		return files{}, err
	}
	read := func() (err error) {
		f, err = k.read(o, ctx)
		return err
	}
	if _, fetched := o.sets[o.c.Kind]; fetched {
		err = dist.First(o.group, read)
	} else {
		err = read()
	}
	return f, err
}

// set splits and normalises.
func (o *opener) set(ctx context.Context, f files) (*Set, error) {
	parts, err := f.complete(f.name, o.c.Samples, o.seed)
	if err != nil {
		return nil, err
	}
	s := &Set{Name: f.name, Train: parts.train, Val: parts.val, Test: parts.test, Image: f.image, Complex: f.complex, Skipped: f.skipped, Loading: o.loading()}
	if o.c.Augment != (configs.Augment{}) && len(s.Shape()) != 3 {
		return nil, configs.Usagef("data.augment: only images can be augmented; the samples of %s have shape %v", f.name, s.Shape())
	}
	if err := o.c.CheckParts(s.Shape()); err != nil {
		return nil, fmt.Errorf("data: %s: %w", f.name, err)
	}
	return s, o.survey(ctx, s)
}

// survey reads all splits: it computes the normalisation and the fingerprint,
// and finds samples that cannot be used before anything is made with the others.
func (o *opener) survey(ctx context.Context, s *Set) error {
	pool := par.New(o.threads)
	defer pool.Close()
	var m [3]*moments
	var err error
	for i, split := range []Source{s.Train, s.Val, s.Test} {
		if m[i], err = newMoments(ctx, split, pool); err != nil {
			return &configs.UsageError{Err: err}
		}
	}
	if s.Norm, err = newNorm(o.c.Normalize, m[0]); err != nil {
		return err
	}
	s.Norm.rescale(o.c.Normalize, o.c.NoiseStd())
	for i, split := range []string{"train", "val", "test"} {
		if err := s.Norm.suits(s.Name, split, m[i]); err != nil {
			return err
		}
	}
	s.Fingerprint, err = fingerprint(ctx, s, pool, m[0], m[1], m[2])
	return err
}

func (o *opener) loading() LoaderOptions {
	return LoaderOptions{Group: o.group, Augment: o.c.Augment, Wrap: o.c.Last == "wrap", Workers: o.c.Workers}
}
