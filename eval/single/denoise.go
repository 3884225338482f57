package single

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/progress"
)

// DenoiseOptions say how Denoise denoises which file.
type DenoiseOptions struct {
	Checkpoint    string // as denoiser.Load takes it
	Threads       int    // 0: all processors; never changes results
	Input, Output string // .npy, .png, .jpg or .wav; Output is replaced as a whole
	Blind         Blind  // estimates the SNR unless ""
	Options       denoiser.Options
	Seed          *uint64   // of stochastic methods; nil: the run's
	Err           io.Writer // progress; nil: none
}

// Denoised describes what Denoise did.
type Denoised struct {
	What  string  // the samples, in words
	SNR   float64 // used, dB
	Blind Blind   // how it was estimated; "" if it was given
	Sigma float64 // standard deviation of the noise that means, in the file's units
	Parts bool    // of complex numbers: Sigma is that of a real or an imaginary part
	THat  float64 // matched level, -1 if the SNR lies above the grid
	Calls int     // network calls a sample
	Took  time.Duration
	Notes []string // what a user should know
}

// atOnce is how many pieces are denoised at a time.
const atOnce = 128

// Denoise denoises what a file holds, in the data's own units: the statistics of
// the training data are applied before and undone after. Images that are not of
// the network's size are cut into overlapping tiles; recordings are denoised as
// frames of their short-time Fourier transform if the network was trained on
// such. The output is of the input's form: see package media.
//
// o.Options.SNR is in dB and refers to normalised samples, see package denoiser.
func Denoise(ctx context.Context, o DenoiseOptions) (r *Denoised, err error) {
	d, end, err := load(ctx, o.Checkpoint, o.Threads)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, end()) }()
	if err := suits(d, media.KindOf(o.Input)); err != nil { // before gigabytes are decoded for nothing
		return nil, configs.Usagef("--input: %s: %w", foreign.Name(o.Input), err)
	}
	m, err := media.Read(o.Input)
	if err != nil {
		return nil, configs.Usagef("--input: %w", err)
	}
	if err := m.CheckOutput(o.Output); err != nil {
		return nil, configs.Usagef("--output: %w", err)
	}
	f := file{d, m}
	p, err := f.pieces()
	if err != nil {
		return nil, configs.Usagef("--input: %s: %w", foreign.Name(o.Input), err)
	}
	if o.Options.Seed = d.Config().Seed; o.Seed != nil {
		o.Options.Seed = *o.Seed
	}
	start := time.Now()
	r = &Denoised{What: p.String(), Blind: o.Blind, Parts: m.Complex || d.Config().Data.Noise == configs.NoiseComplex && m.Kind == media.Array}
	r.note(m.Note)
	if d.Config().Data.Kind != "audio" { // whose range is that of frames
		r.note(m.UnitsNote(d.Norm().Low, d.Norm().High))
	}
	r.note(colouredNote(d.Norm().Scale))
	if o.Blind != "" {
		if o.Options.SNR, err = f.blind(ctx, o.Blind, p); err != nil {
			return nil, err
		}
	}
	r.SNR = o.Options.SNR
	r.Sigma = d.Sigma(r.SNR) / math.Sqrt(p.noise())
	if err := r.run(ctx, d, p, o); errors.Is(err, errNotFinite) {
		return nil, configs.Usagef("--input: %s: %w", foreign.Name(o.Input), err)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", foreign.Name(o.Input), err)
	}
	x := p.result()
	r.Took = time.Since(start)
	if err := m.Write(o.Output, x); err != nil {
		return nil, configs.Usagef("--output: %w", err)
	}
	return r, nil
}

// colouredNote tells that noise which is white in a file is not so for the network,
// where the scales of its values differ.
func colouredNote(scale []float64) string {
	const much = 6 // dB
	span := 20 * math.Log10(slices.Max(scale)/slices.Min(scale))
	if span < much {
		return ""
	}
	return fmt.Sprintf("under data.normalize: dimension, noise of one level in the file is %.0f dB stronger in some of the network's values than in others, which it was not trained for: it may do harm; train with data.normalize: power to denoise files", span)
}

// file is what a file holds, and the denoiser for it.
type file struct {
	*denoiser.Denoiser
	media *media.Media
}

// run denoises all pieces.
func (r *Denoised) run(ctx context.Context, d *denoiser.Denoiser, p pieces, o DenoiseOptions) error {
	shown := progress.New(o.Err, "denoise", 0, p.count())
	defer shown.Close()
	dim := d.Dim()
	y := make([]float64, min(atOnce, p.count())*dim)
	for first := 0; first < p.count(); first += atOnce {
		y := y[:min(atOnce, p.count()-first)*dim]
		for i := range len(y) / dim {
			p.cut(y[i*dim:][:dim], first+i)
		}
		o.Options.First = first
		res, err := d.Denoise(ctx, y, o.Options)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(res.X, notFinite) {
			return errNotFinite
		}
		for i := range len(y) / dim {
			p.put(res.X[i*dim:][:dim], first+i)
		}
		if r.THat, r.Calls = res.THat, res.Calls; first == 0 {
			r.note(res.Note)
		}
		shown.Show(first+len(y)/dim, "")
	}
	return nil
}

// errNotFinite is no fault of the weights, which are finite, but of values that are
// far from the training data's.
var errNotFinite = errors.New("the network's estimate is not finite: the values are far from those it was trained on")

func notFinite(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }

func (r *Denoised) note(text string) {
	if text != "" {
		r.Notes = append(r.Notes, text)
	}
}

// String is the line that tells a user what was done.
func (r *Denoised) String() string {
	snr := fmt.Sprintf("%.4g dB", r.SNR)
	if r.Blind != "" {
		snr += fmt.Sprintf(" (estimated, %s)", r.Blind)
	}
	sigma := fmt.Sprintf("noise σ = %.4g", r.Sigma)
	if r.Parts {
		sigma += " a real part"
	}
	return fmt.Sprintf("%s at %s, %s, level %.4g, %s a sample, %.2f s", r.What, snr, sigma, r.THat, plural(r.Calls, "network call"), r.Took.Seconds())
}
