package eval

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// FileOptions say how DenoiseFile denoises which file.
type FileOptions struct {
	Checkpoint    string // run folder or checkpoint
	Threads       int    // 0: all processors
	Input, Output string // .npy, .png, .jpg or .wav; Output is replaced as a whole
	SNR           float64
	Blind         Blind         // estimates the SNR instead, unless ""
	Options       sched.Options // Method, Match, Start
	Seed          *uint64       // of stochastic methods; nil: the run's
	Err           io.Writer     // progress; nil: none
}

// FileResult describes what DenoiseFile did.
type FileResult struct {
	What  string  // the samples, in words
	SNR   float64 // used, dB
	Blind Blind   // how it was estimated; "" if it was given
	Sigma float64 // standard deviation of the noise that means, in the file's units
	THat  float64 // matched level, -1 if the SNR lies above the grid
	Calls int     // predictor calls a sample
	Took  time.Duration
	Notes []string // what a user should know
}

// filePieces is how many pieces are denoised at a time.
const filePieces = 128

// DenoiseFile denoises what a file holds, in the data's own units: the statistics
// of the training data are applied before and undone after. Images that are not
// of the network's size are cut into overlapping tiles; recordings are denoised
// as frames of their short-time Fourier transform if the network was trained on
// such. The output is of the input's form: see package media.
//
// o.SNR is in dB and refers to normalised samples, whose power is one on average
// over the training data: the noise has a standard deviation of scale/√SNR.
func DenoiseFile(ctx context.Context, o FileOptions) (*FileResult, error) {
	m, err := media.Read(o.Input)
	if err != nil {
		return nil, configs.Usagef("--input: %w", err)
	}
	if err := m.CheckOutput(o.Output); err != nil {
		return nil, configs.Usagef("--output: %w", err)
	}
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
	p, err := s.pieces(m)
	if err != nil {
		return nil, configs.Usagef("--input: %s: %w", o.Input, err)
	}
	if o.Options.Seed = s.Config.Seed; o.Seed != nil {
		o.Options.Seed = *o.Seed
	}
	start := time.Now()
	r := &FileResult{What: p.String(), SNR: o.SNR, Blind: o.Blind}
	r.note(m.Note)
	if o.Blind != "" {
		if r.SNR, err = s.blind(ctx, o.Blind, m, p); err != nil {
			return nil, err
		}
	}
	r.Sigma = s.fileSigma(p, r.SNR)
	if err := s.denoisePieces(ctx, p, o, r); err != nil {
		return nil, fmt.Errorf("eval: %s: %w", o.Input, err)
	}
	x := p.result()
	r.Took = time.Since(start)
	if err := m.Write(o.Output, x); err != nil {
		return nil, configs.Usagef("--output: %w", err)
	}
	return r, nil
}

// denoisePieces denoises all pieces at r.SNR.
func (s *Subject) denoisePieces(ctx context.Context, p pieces, o FileOptions, r *FileResult) error {
	shown := newCounter(o.Err, "denoise", p.count())
	defer shown.close()
	dim := s.Predictor.Dim()
	y := make([]float64, min(filePieces, p.count())*dim)
	for first := 0; first < p.count(); first += filePieces {
		y := y[:min(filePieces, p.count()-first)*dim]
		for i := range len(y) / dim {
			p.cut(y[i*dim:][:dim], first+i)
		}
		s.normalize(y)
		o.Options.First = first
		res, err := s.Schedule.Denoise(ctx, s.Predictor, y, linear(r.SNR), o.Options)
		if err != nil {
			return err
		}
		s.restore(res.X)
		for i := range len(y) / dim {
			p.put(res.X[i*dim:][:dim], first+i)
		}
		if r.THat, r.Calls = res.THat, res.Calls; first == 0 {
			r.note(res.Note)
		}
		shown.at(first + len(y)/dim)
	}
	return nil
}

func (r *FileResult) note(text string) {
	if text != "" {
		r.Notes = append(r.Notes, text)
	}
}

// String is the line that tells a user what was done.
func (r *FileResult) String() string {
	snr := fmt.Sprintf("%.4g dB", r.SNR)
	if r.Blind != "" {
		snr += fmt.Sprintf(" (estimated, %s)", r.Blind)
	}
	return fmt.Sprintf("%s at %s, noise σ = %.4g, level %.4g, %s a sample, %.2f s", r.What, snr, r.Sigma, r.THat, plural(r.Calls, "network call"), r.Took.Seconds())
}

// fileSigma returns the standard deviation of white noise in a file, in the
// file's units, that has an SNR of so many dB in normalised samples.
func (s *Subject) fileSigma(p pieces, db float64) float64 {
	return math.Sqrt(1 / (linear(db) * s.noisePower(p)))
}

// noisePower returns the average power that white noise of power one in a file
// has in normalised samples.
func (s *Subject) noisePower(p pieces) float64 {
	sum := 0.0
	for _, scale := range s.Norm.Scale {
		sum += 1 / (scale * scale)
	}
	return p.noise() * sum / float64(len(s.Norm.Scale))
}

// normalize maps samples from the data's units to the network's, in place.
func (s *Subject) normalize(x []float64) {
	for i, v := range x {
		mean, scale := s.statistics(i)
		x[i] = (v - mean) / scale
	}
}

// restore is the inverse of normalize.
func (s *Subject) restore(x []float64) {
	for i, v := range x {
		mean, scale := s.statistics(i)
		x[i] = v*scale + mean
	}
}

// statistics returns those of value i of a batch.
func (s *Subject) statistics(i int) (mean, scale float64) {
	k := i % len(s.Norm.Mean)
	return s.Norm.Mean[k], s.Norm.Scale[k%len(s.Norm.Scale)]
}
