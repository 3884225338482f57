package single

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/progress"
	"github.com/condmean/condmean/sched"
)

// GenerateOptions say what Generate draws.
type GenerateOptions struct {
	Checkpoint string             // as denoiser.Load takes it
	Told       pretrained.Options // what its file does not tell
	Threads    int                // 0: all processors; never changes results
	Device     device.Device      // that runs the network; nil: the CPU
	N          int                // samples
	Method     sched.Method       // resample (default) or ddim
	Steps      int                // levels used, spread evenly; 0: all
	Seed       *uint64            // nil: the run's
	Out        string             // .npy, or .png for a grid of images; replaced as a whole
	Columns    int                // of the grid; 0: a square
	MMD        bool               // they are to be compared with the data
	Err        io.Writer          // progress; nil: none
}

// Generated are samples that a network drew.
type Generated struct {
	X      []float64 // (n, shape…) in the data's units
	Shape  []int     // of one sample
	Method sched.Method
	Steps  int // levels used
	Seed   uint64
	Took   time.Duration

	wide    bool       // arrays are of float64
	stretch bool       // pictures go from the least to the greatest value, not from 0 to 1
	against *reference // what they are to be compared with
}

// generateBatch is how many samples are drawn at a time.
const generateBatch = 64

// Generate draws samples from pure noise and writes them. Sample i is a function
// of the seed, i, and what the options say of the chain, whatever N is. What
// would make the work useless, such as an output that cannot be written or data
// to compare with that cannot be read, is found before it.
func Generate(ctx context.Context, o GenerateOptions) (g *Generated, err error) {
	d, end, err := load(ctx, o.Checkpoint, o.Told, false, o.Threads, o.Device)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, end()) }()
	c, s := d.Config(), d.Schedule()
	g = &Generated{Shape: d.Shape(), Method: o.Method, Steps: o.Steps, Seed: c.Seed, stretch: c.Data.Arrays(), wide: d.Norm().Wide()}
	if o.Seed != nil {
		g.Seed = *o.Seed
	}
	if g.Steps == 0 {
		g.Steps = s.T
	}
	most, err := limit.Values()
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	most /= int64(d.Dim())
	switch {
	case o.N < 1 || int64(o.N) > most:
		return nil, configs.Usagef("-n %d: want 1 to %d samples", o.N, most)
	case g.Steps < 1 || g.Steps > s.T:
		return nil, configs.Usagef("--steps %d: want 1 to %d, the levels of this run's schedule", g.Steps, s.T)
	case o.MMD && o.N < 2:
		return nil, configs.Usagef("--mmd: want two samples or more, not %d", o.N)
	}
	if err := g.checkOutput(o.Out); err != nil {
		return nil, configs.Usagef("--out: %w", err)
	}
	if o.MMD {
		if g.against, err = readReference(ctx, d, o.N, o.Threads); err != nil {
			return nil, err
		}
	}
	if err := g.say(o.Err, d.Notes()); err != nil {
		return nil, err
	}
	start := time.Now()
	if err := g.draw(ctx, d, o.N, generateBatch, o.Err); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	g.Took = time.Since(start)
	return g, g.Write(o.Out, o.Columns)
}

// say writes notes, which wait until nothing is refused any more.
func (g *Generated) say(to io.Writer, notes []string) error {
	if to == nil {
		return nil
	}
	for i, note := range notes {
		notes[i] = "note: " + note
	}
	if g.against != nil && g.against.warning != "" {
		notes = append(notes, g.against.warning)
	}
	for _, note := range notes {
		if _, err := fmt.Fprintln(to, "generate: "+note); err != nil {
			return err
		}
	}
	return nil
}

// draw fills X with n samples, some at a time.
func (g *Generated) draw(ctx context.Context, d *denoiser.Denoiser, n, batch int, w io.Writer) error {
	chains := (n + batch - 1) / batch
	shown, calls := progress.New(w, "generate", 0, chains*g.Steps), 0
	defer shown.Close()
	g.X = make([]float64, 0, n*d.Dim())
	for first := 0; first < n; first += batch {
		x, err := d.Generate(ctx, min(batch, n-first), denoiser.GenerateOptions{
			Normalized: true, Method: g.Method, Steps: g.Steps, Seed: g.Seed, First: first,
			Trace: func(p sched.TracePoint) {
				if p.Eps != nil {
					calls++
					shown.Show(calls, "")
				}
			},
		})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(x, notFinite) {
			return errors.New("the network's samples are not finite")
		}
		g.against.add(x)
		d.Norm().InvertBatch(x)
		g.X = append(g.X, x...)
	}
	return nil
}
