package single

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/limit"
	"github.com/condmean/condmean/internal/progress"
)

// DenoiseOptions say how which file is denoised.
type DenoiseOptions struct {
	Checkpoint    string             // as denoiser.Load takes it
	Told          pretrained.Options // what its file does not tell
	Threads       int                // 0: all processors; never changes results
	Device        device.Device      // that runs the network; nil: the CPU
	Input, Output string             // media.Known; Output is replaced as a whole
	Blind         Blind              // estimates the SNR unless ""
	Sigma         float64            // noise level in place of the SNR, a real part's of complex values; 0: none
	Unit          Unit               // of Sigma
	Clip          bool               // as the network's scheduler does, see denoiser.WithClip
	Options       denoiser.Options   // without a method, the one that the training recommends, else mean
	Seed          *uint64            // of stochastic methods; nil: the run's
	In            io.Reader          // what the input "-" is
	Out           io.Writer          // what the output "-" is
	Err           io.Writer          // progress; nil: none
}

// Standard is the name of the standard input and output: DenoiseOptions.In and Out.
const Standard = "-"

// Denoise denoises what a file holds, in the data's own units: the statistics of
// the training data are applied before and undone after. Images that are not of
// the network's size are cut into overlapping tiles; recordings are denoised as
// frames of their short-time Fourier transform if the network was trained on
// such. The output is of the input's form: see package media.
//
// o.Options.SNR is in dB and refers to normalised samples, see package denoiser.
func Denoise(ctx context.Context, o DenoiseOptions) (r *Denoised, err error) {
	f, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var shown *progress.Display
	defer func() {
		if shown != nil {
			shown.Close()
		}
	}()
	return f.Denoise(ctx, o.Input, o.Output, func(done, total int) {
		if shown == nil {
			shown = progress.New(o.Err, "denoise", 0, total)
		}
		shown.Show(done, "")
	})
}

// Files denoises files with one denoiser.
type Files struct {
	d   *denoiser.Denoiser
	end func() error
	o   DenoiseOptions
}

// Open loads the denoiser that the options name; their input and output mean
// nothing to it.
func Open(ctx context.Context, o DenoiseOptions) (*Files, error) {
	d, end, err := load(ctx, o.Checkpoint, o.Told, o.Clip, o.Threads, o.Device)
	if err != nil {
		return nil, err
	}
	if o.Options.Seed = d.Config().Seed; o.Seed != nil {
		o.Options.Seed = *o.Seed
	}
	return &Files{d, end, o}, nil
}

// Close frees the denoiser.
func (f *Files) Close() error { return f.end() }

// Denoise is the function Denoise for one of the files. It tells how many of the
// pieces of the file are done; tell may be nil.
func (f *Files) Denoise(ctx context.Context, input, output string, tell func(done, total int)) (*Denoised, error) {
	m, err := f.read(input)
	if err != nil {
		return nil, configs.Usagef("--input: %w", err)
	}
	if output != Standard {
		if err := m.CheckOutput(output); err != nil {
			return nil, configs.Usagef("--output: %w", err)
		}
	}
	in := file{f.d, m}
	p, err := in.pieces()
	if err != nil {
		return nil, configs.Usagef("--input: %s: %w", foreign.Name(input), err)
	}
	start := time.Now()
	r := in.describe(p)
	o := f.o
	o.Options.Method, r.Why = f.method()
	r.Method = o.Options.Method
	switch r.Blind = o.Blind; {
	case o.Blind != "":
		o.Options.SNR, err = in.blind(ctx, o.Blind, p, maxBlindPieces)
	case o.Sigma != 0:
		o.Options.SNR, err = in.told(p, o.Sigma, o.Unit)
	}
	if err != nil {
		return nil, err
	}
	if o.Blind == "" {
		var unit Unit
		if o.Sigma != 0 {
			unit = o.Unit
			if unit == "" {
				unit = Unit255
			}
		}
		note, err := in.doubt(ctx, p, o.Options, unit)
		if err != nil {
			return nil, err
		}
		r.note(note)
	}
	r.SNR, r.Unscaled = o.Options.SNR, o.Options.Unscaled
	r.Sigma = f.d.Sigma(r.SNR) / math.Sqrt(p.noise())
	if err := r.run(ctx, f.d, p, o.Options, tell); errors.Is(err, errNotFinite) {
		return nil, configs.Usagef("--input: %s: %w", foreign.Name(input), err)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", foreign.Name(input), err)
	}
	x := p.result()
	r.Took = time.Since(start)
	if output == Standard {
		return r, m.Encode(o.Out, x)
	}
	if err := m.Write(output, x); err != nil {
		return nil, configs.Usagef("--output: %w", err)
	}
	return r, nil
}

// read reads what is to be denoised.
func (f *Files) read(input string) (*media.Media, error) {
	if input != Standard {
		if err := suits(f.d, media.KindOf(input)); err != nil { // before gigabytes are decoded for nothing
			return nil, fmt.Errorf("%s: %w", foreign.Name(input), err)
		}
		return media.Read(input)
	}
	values, err := limit.Values()
	if err != nil {
		return nil, err
	}
	const widest, header = 8, 1 << 20 // bytes of a value, and of what is in front of them
	most := widest*min(values, (math.MaxInt64-header)/widest-1) + header
	b, err := io.ReadAll(io.LimitReader(f.o.In, most+1))
	switch {
	case err == nil && len(b) == 0:
		err = errors.New("it is empty")
	case err == nil && int64(len(b)) > most:
		err = fmt.Errorf("more than the %d bytes that the limit of %d values allows; set %s to allow more", most, values, limit.Variable)
	}
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	m, err := media.Decode(b)
	if err == nil {
		err = suits(f.d, m.Kind)
	}
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return m, nil
}
