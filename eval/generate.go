package eval

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/mmd"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// GenerateOptions say what Generate draws.
type GenerateOptions struct {
	Checkpoint string       // run folder or checkpoint
	Threads    int          // 0: all processors; never changes results
	N          int          // samples
	Method     sched.Method // resample (default) or ddim
	Steps      int          // levels used, spread evenly; 0: all
	Seed       *uint64      // nil: the run's
	Out        string       // .npy or .png, see Generated.Write
	MMD        bool         // compare with the data
	Err        io.Writer    // progress; nil: none
}

// Generated are samples that a network drew.
type Generated struct {
	X       []float64 // (n, shape…) in the data's units
	Shape   []int     // of one sample
	Method  sched.Method
	Steps   int // levels used
	Seed    uint64
	Took    time.Duration
	Test    *mmd.Result // comparison with the test split, if asked for
	Train   *mmd.Result // of the train split with the test split, for comparison
	stretch bool        // pictures go from the least to the greatest value, not from 0 to 1
}

const (
	generateBatch = 64
	maxGenerated  = 1 << 28 // values
	mmdSamples    = 2000    // of each side, at most
)

// Generate draws samples from pure noise. Sample i is a function of the seed, i,
// and what the options say of the chain, whatever N is. If only the comparison
// with the data fails, the samples are returned beside the error.
func Generate(ctx context.Context, o GenerateOptions) (*Generated, error) {
	rt, err := op.NewRuntime(o.Threads)
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	s, err := Open(rt, o.Checkpoint)
	if err != nil {
		return nil, err
	}
	if err := s.loadForFile(ctx); err != nil {
		return nil, err
	}
	g := &Generated{Shape: s.Shape, Method: o.Method, Steps: o.Steps, Seed: s.Config.Seed, stretch: s.Config.Data.Kind == "npy"}
	if o.Seed != nil {
		g.Seed = *o.Seed
	}
	if g.Steps == 0 {
		g.Steps = s.Schedule.T
	}
	dim := s.Predictor.Dim()
	switch {
	case o.N < 1 || o.N > maxGenerated/dim:
		return nil, configs.Usagef("-n %d: want 1 to %d samples", o.N, maxGenerated/dim)
	case g.Steps < 1 || g.Steps > s.Schedule.T:
		return nil, configs.Usagef("--steps %d: want 1 to %d, the levels of this run's schedule", g.Steps, s.Schedule.T)
	case o.MMD && o.N < 2:
		return nil, configs.Usagef("--mmd: want two samples or more, not %d", o.N)
	}
	if err := g.checkOutput(o.Out); err != nil {
		return nil, configs.Usagef("--out: %w", err)
	}
	start := time.Now()
	if err := g.draw(ctx, s, o.N, generateBatch, o.Err); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	g.Took = time.Since(start)
	if o.MMD {
		err = g.compare(ctx, s)
	}
	s.restore(g.X)
	return g, err
}

// draw fills X with n normalised samples, some at a time.
func (g *Generated) draw(ctx context.Context, s *Subject, n, batch int, w io.Writer) error {
	chains := (n + batch - 1) / batch
	shown, calls := newCounter(w, "generate", chains*g.Steps), 0
	defer shown.close()
	g.X = make([]float64, 0, n*s.Predictor.Dim())
	for first := 0; first < n; first += batch {
		x, err := s.Schedule.Generate(ctx, s.Predictor, min(batch, n-first), sched.GenerateOptions{
			Method: g.Method, Steps: g.Steps, Seed: g.Seed, First: first,
			Trace: func(p sched.TracePoint) {
				if p.Eps != nil {
					calls++
					shown.at(calls)
				}
			},
		})
		if err != nil {
			return err
		}
		g.X = append(g.X, x...)
	}
	return nil
}

// compare compares the normalised samples with those of the data set.
func (g *Generated) compare(ctx context.Context, s *Subject) error {
	c := s.Config.Data
	if c.Kind == "mixture" { // draw no more than what is used
		sizes := c.Sizes()
		c.Samples = configs.Samples{Train: min(sizes.Train, mmdSamples), Val: 1, Test: min(sizes.Test, mmdSamples)}
	}
	set, err := data.Open(ctx, c, s.Config.Seed, s.dataOptions()...)
	if err != nil {
		return err
	}
	dim := set.Dim()
	// Some of a split, evenly spaced: files often begin with samples of a kind.
	read := func(from data.Source, n int) ([]float64, error) {
		n = min(n, from.Len())
		x := make([]float64, n*dim)
		for i := range n {
			if err := set.ReadNormalized(x[i*dim:][:dim], from, i*from.Len()/n); err != nil {
				return nil, err
			}
		}
		return x, nil
	}
	test, err := read(set.Test, mmdSamples)
	if err != nil {
		return err
	}
	n := min(mmdSamples, len(g.X)/dim)
	train, err := read(set.Train, n) // as many as there are generated ones
	if err != nil {
		return err
	}
	against := func(x []float64) (*mmd.Result, error) {
		r, err := mmd.Compare(x, test, dim, g.Seed)
		if err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
		return &r, nil
	}
	if g.Test, err = against(g.X[:n*dim]); err != nil {
		return err
	}
	g.Train, err = against(train)
	return err
}
