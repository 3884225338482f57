package single

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/sched"
)

// Denoised describes what Denoise did.
type Denoised struct {
	What     string  // the samples, in words
	SNR      float64 // used, dB
	Ratio    string  // what the SNR is the ratio of
	Blind    Blind   // how it was estimated; "" if it was given
	Sigma    float64 // standard deviation of the noise that means, in the file's units
	Bytes    bool    // of pixels in [0,1]: 255·Sigma is that of 8-bit values
	Parts    bool    // of complex numbers: Sigma is that of a real or an imaginary part
	THat     float64 // matched level, -1 if the SNR lies above the grid
	Clip     float64 // of each step, normalised; 0: none
	Unscaled bool    // see sched.Options
	Calls    int     // network calls a sample
	Method   sched.Method
	Why      string // that method, if nobody asked for it
	Took     time.Duration
	Notes    []string // what a user should know
}

// atOnce is how many pieces are denoised at a time.
const atOnce = 128

// describe says what is known of a file before it is denoised.
func (f file) describe(p pieces) *Denoised {
	r := &Denoised{What: p.String(), Ratio: f.Reference(), Bytes: f.pixels(), Clip: f.Clip(), Parts: f.media.Complex || f.Config().Data.Noise == configs.NoiseComplex && f.media.Kind == media.Array}
	for _, note := range f.Notes() {
		r.note(note)
	}
	r.note(f.media.Note)
	if f.Config().Data.Kind != "audio" { // whose range is that of frames
		low, high := f.Norm().Low, f.Norm().High
		if low == high && f.Config().Data.Pixels() { // of another library's network
			high = 1
		}
		r.note(f.media.UnitsNote(low, high))
	}
	r.note(colouredNote(f.Norm().Scale))
	return r
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
func (r *Denoised) run(ctx context.Context, d *denoiser.Denoiser, p pieces, o denoiser.Options, tell func(done, total int)) error {
	dim := d.Dim()
	y := make([]float64, min(atOnce, p.count())*dim)
	for first := 0; first < p.count(); first += atOnce {
		y := y[:min(atOnce, p.count()-first)*dim]
		for i := range len(y) / dim {
			p.cut(y[i*dim:][:dim], first+i)
		}
		o.First = first
		res, err := d.Denoise(ctx, y, o)
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
		if tell != nil {
			tell(first+len(y)/dim, p.count())
		}
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
	if r.Bytes {
		sigma += fmt.Sprintf(" = %.4g/255", 255*r.Sigma)
	}
	if r.Parts {
		sigma += " a real part"
	}
	if r.Ratio != "" {
		sigma += " (SNR: " + r.Ratio + ")"
	}
	why := ""
	if r.Why != "" {
		why = " (" + r.Why + ")"
	}
	level := fmt.Sprintf("level %.4g", r.THat)
	if r.THat < 0 {
		level = "above all levels"
	}
	return fmt.Sprintf("%s at %s, %s, %s, %s a sample, %.2f s, method %v%s", r.What, snr, sigma, level, plural(r.Calls, "network call"), r.Took.Seconds(), r.Method, why) + r.letter()
}

// letter says in what the chain differs from the paper's.
func (r *Denoised) letter() string {
	text := ""
	if r.Clip > 0 {
		text = fmt.Sprintf(", estimates clamped to ±%g", r.Clip)
	}
	if r.Unscaled {
		text += ", observation not scaled"
	}
	return text
}
