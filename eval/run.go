package eval

import (
	"context"
	"io"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/op"
)

// Options say what Run evaluates and where its output goes.
type Options struct {
	Checkpoint string                // run folder or checkpoint
	Threads    int                   // 0: all processors
	Change     func(*configs.Config) // overrides settings of the checkpoint's configuration; may be nil
	Seed       *uint64               // of the observations' noise; nil means the configuration's, which draws the data in any case
	Out        string                // folder of the report; "" writes none
	Err        io.Writer             // progress
}

// Run evaluates a checkpoint on the test split of its own data set.
func Run(ctx context.Context, o Options) (*Report, error) {
	rt, err := op.NewRuntime(o.Threads)
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	s, err := Open(rt, o.Checkpoint)
	if err != nil {
		return nil, err
	}
	if o.Change != nil {
		o.Change(&s.Config)
	}
	if err := s.Config.Validate(); err != nil {
		return nil, err
	}
	r, err := s.Request(ctx, s.Config.Eval.Samples)
	if err != nil {
		return nil, err
	}
	seed := s.Config.Seed
	if o.Seed != nil {
		seed = *o.Seed
	}
	if err := r.Settings(s.Config.Eval, seed); err != nil {
		return nil, err
	}
	w := o.Err
	if w == nil {
		w = io.Discard
	}
	rep, err := Sweep(ctx, *r, w)
	if err != nil {
		return nil, err
	}
	rep.Source = s.Dir
	text, err := configs.Marshal(s.Config)
	if err != nil {
		return nil, err
	}
	rep.Config = string(text)
	if o.Out != "" {
		err = rep.WriteDir(o.Out)
	}
	return rep, err
}
