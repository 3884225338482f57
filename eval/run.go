package eval

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/condmean/condmean/configs"
	bars "github.com/condmean/condmean/internal/progress"
	"github.com/condmean/condmean/op"
)

// Options say what Run evaluates and where its output goes.
type Options struct {
	Checkpoint string                // run folder, checkpoint, or gmm:FILE.npz (see Open)
	Steps      int                   // T of an exact predictor's schedule; 0 means 300
	Threads    int                   // 0: all processors
	Change     func(*configs.Config) // overrides settings of the checkpoint's configuration; may be nil
	Seed       *uint64               // of the observations' noise; nil means the configuration's, which draws the data in any case
	Convention Convention            // of noise levels and image quality
	Sigmas     []float64             // under ConventionKair: noise levels in units of 1/255, in place of the SNRs
	Studies    Studies               // what is looked at beside the sweep
	Out        string                // folder of the report; "" writes none
	Err        io.Writer             // progress
}

// shownSamples is how many samples a report shows.
const shownSamples = 6

// Run evaluates a checkpoint on the test split of its own data set. With an
// output folder, an evaluation that was interrupted goes on where it was.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Err == nil {
		o.Err = io.Discard
	}
	log := func(line string) { _, _ = fmt.Fprintln(o.Err, "evaluate: "+line) }
	rt, err := op.NewRuntime(o.Threads)
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	s, err := open(rt, o.Checkpoint, o.Steps)
	if err != nil {
		return nil, err
	}
	tasks := bars.NewTasks(o.Err)
	s.shown = tasks.Show
	r, err := s.request(ctx, o, log)
	tasks.Close()
	if err != nil {
		return nil, err
	}
	if r.Warning != "" {
		log(r.Warning)
	}
	text, err := configs.Marshal(s.Config)
	if err != nil {
		return nil, err
	}
	hash, err := s.hash()
	if err != nil {
		return nil, err
	}
	var j *journal
	if o.Out != "" {
		print, err := r.fingerprint(string(text), hash)
		if err != nil {
			return nil, err
		}
		if j, err = openJournal(o.Out, print, log); err != nil {
			return nil, err
		}
	}
	rep, err := r.evaluate(ctx, j, o.Err)
	if err != nil {
		return nil, err
	}
	rep.Source, rep.Checkpoint, rep.Config, rep.Step = s.Dir, hash, string(text), s.Step
	rep.Warning = r.Warning
	rep.DataSeed, rep.Machine, rep.Made = s.Config.Seed, thisMachine(rt), time.Now().UTC().Truncate(time.Second)
	if j == nil {
		return rep, nil
	}
	if err := rep.WriteDir(o.Out); err != nil {
		return nil, err
	}
	return rep, j.remove()
}

// request settles what is evaluated.
func (s *Subject) request(ctx context.Context, o Options, log func(string)) (*Request, error) {
	if o.Change != nil {
		o.Change(&s.Config)
	}
	if s.mixture != nil {
		s.trimSplits()
	}
	if err := s.Config.Validate(); err != nil {
		return nil, err
	}
	r, err := s.Request(ctx, s.Config.Eval.Samples)
	if err != nil {
		return nil, err
	}
	s.Config.Threads = 0 // which results do not depend on
	seed := s.Config.Seed
	if o.Seed != nil {
		seed = *o.Seed
	}
	if err := r.Settings(s.Config.Eval, seed); err != nil {
		return nil, err
	}
	r.Studies, r.Convention, r.Log, r.Examples = o.Studies, o.Convention, log, shownSamples
	switch {
	case o.Convention == ConventionKair:
		err = r.setSigmas(o.Sigmas)
	case len(o.Sigmas) > 0:
		err = configs.Usagef("--sigma belongs to --convention kair; give noise levels by --snr")
	default:
		r.Convention = ConventionFloat
	}
	return r, err
}
