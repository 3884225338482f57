package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/eval/quality"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/progress"
	"github.com/condmean/condmean/op"
)

// Options say what Run evaluates and where its output goes.
type Options struct {
	Checkpoint string                // run folder, checkpoint, … as denoiser.Load takes it
	Told       pretrained.Options    // what its file does not tell
	Steps      int                   // T of an exact predictor's schedule; 0 means 300
	Threads    int                   // 0: all processors
	Device     device.Device         // that runs the network; nil: the CPU
	Change     func(*configs.Config) // overrides settings of the checkpoint's configuration; may be nil
	Seed       *uint64               // of the observations' noise; nil means the configuration's, which draws the data in any case
	Convention quality.Convention    // of noise levels and image quality
	Sigmas     []float64             // noise levels in place of the SNRs, of a real part for complex data
	DataUnit   bool                  // Sigmas are in the data's units, not in 1/255
	Clip       bool                  // as the network's scheduler does, see denoiser.WithClip
	Unscaled   bool                  // see sched.Options
	Studies    Studies               // what is looked at beside the sweep
	Group      dist.Group            // whose ranks share the work; nil: this process alone
	Out        string                // folder of the report; "" writes none
	Err        io.Writer             // progress
}

// shownSamples is how many samples a report shows.
const shownSamples = 6

// Run evaluates a checkpoint on the test split of its own data set. With an
// output folder, an evaluation that was interrupted goes on where it was. All ranks of
// a group call it and get the same report, which rank 0 writes.
func Run(ctx context.Context, o Options) (rep *report.Report, err error) {
	if o.Err == nil {
		o.Err = io.Discard
	}
	if o.Group == nil {
		o.Group = dist.Single{}
	}
	log := func(line string) { _, _ = fmt.Fprintln(o.Err, "evaluate: "+line) }
	rt, err := op.NewRuntime(dist.Threads(o.Threads))
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	rt.Join(o.Group)
	if err := dist.Same(o.Group, "eval: the kernels of the processor", rt.Kernels()); err != nil {
		return nil, err
	}
	tasks := progress.NewTasks(o.Err)
	from := source{rt, tasks.Show}
	d, c, err := o.load(ctx, from)
	if err != nil {
		tasks.Close()
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	r, err := o.request(ctx, from, d, &c, log)
	tasks.Close()
	if err != nil {
		return nil, err
	}
	for _, note := range d.Notes() {
		log(note)
	}
	if r.Warning != "" {
		log(r.Warning)
	}
	text, err := configs.Marshal(c)
	if err != nil {
		return nil, err
	}
	hash, err := d.Hash()
	if err != nil {
		return nil, err
	}
	on := hash
	if o.Device != nil { // results of several do not mix
		on += " on " + o.Device.String()
	}
	print, err := r.fingerprint(string(text), on)
	if err != nil {
		return nil, err
	}
	if err := dist.Same(o.Group, "eval: what is evaluated", print); err != nil {
		return nil, err
	}
	j, err := o.journal(print, log)
	if err != nil {
		return nil, err
	}
	rep, err = r.evaluate(ctx, j, o.Err)
	if err != nil {
		return nil, err
	}
	rep.Source, rep.Checkpoint, rep.Config, rep.Step = d.Source(), hash, string(text), d.Step()
	rep.Warning, rep.DataSeed, rep.Machine, rep.Made = r.Warning, c.Seed, thisMachine(rt, o.Device), time.Now().UTC().Truncate(time.Second)
	if o.Out == "" || !dist.Leads(o.Group) {
		return rep, nil
	}
	if err := rep.WriteDir(o.Out); err != nil {
		return nil, err
	}
	return rep, j.remove()
}

// journal returns the parts that are finished, which all ranks learn from rank 0; nil
// without an output folder.
func (o *Options) journal(fingerprint string, log func(string)) (j *journal, err error) {
	if o.Out == "" {
		return nil, nil
	}
	j = &journal{}
	if dist.Leads(o.Group) {
		if j, err = openJournal(o.Out, fingerprint, log); err != nil {
			return nil, err
		}
	}
	return j, dist.Tell(o.Group, &j.Parts, 0)
}

// load returns the denoiser and the settings that it is evaluated with. Early
// checkpoints do not tell the shape of a sample; their data set does.
func (o *Options) load(ctx context.Context, from source) (*denoiser.Denoiser, configs.Config, error) {
	change := func(c *configs.Config) {
		if o.Change != nil {
			o.Change(c)
		}
	}
	options := []denoiser.Option{denoiser.WithRuntime(from.rt), denoiser.WithDevice(o.Device), denoiser.WithTold(o.Told), denoiser.WithShapeOf(func(c configs.Config) ([]int, error) {
		change(&c)
		set, err := from.open(ctx, c)
		if err != nil {
			return nil, err
		}
		return set.Shape(), nil
	})}
	if o.Clip {
		options = append(options, denoiser.WithClip())
	}
	if o.Steps != 0 {
		if !strings.HasPrefix(o.Checkpoint, denoiser.ExactPrefix) {
			return nil, configs.Config{}, configs.Usagef("--steps: a network's schedule is that of its training; for fewer network calls use --sweep-steps")
		}
		options = append(options, denoiser.WithSteps(o.Steps))
	}
	d, err := denoiser.Load(o.Checkpoint, options...)
	if err != nil {
		return nil, configs.Config{}, fmt.Errorf("--checkpoint %w", err)
	}
	c := d.Config()
	change(&c)
	if d.Mixture() != nil {
		trimSplits(&c)
	}
	return d, c, c.Validate()
}

// request settles what is evaluated, and the settings that it is recorded with.
func (o *Options) request(ctx context.Context, from source, d *denoiser.Denoiser, c *configs.Config, log func(string)) (*Request, error) {
	r, err := from.request(ctx, d, *c)
	if err != nil {
		return nil, err
	}
	c.Threads = 0 // which results do not depend on
	seed := c.Seed
	if o.Seed != nil {
		seed = *o.Seed
	}
	if err := r.Settings(c.Eval, seed); err != nil {
		return nil, err
	}
	r.Studies, r.Convention, r.Log, r.Examples, r.Unscaled = o.Studies, o.Convention, log, shownSamples, o.Unscaled
	if r.Convention == "" {
		r.Convention = quality.Float
	}
	if r.Convention == quality.Kair || len(o.Sigmas) > 0 {
		err = r.setSigmas(o.Sigmas, o.DataUnit)
	}
	return r, err
}
