package eval

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// FileOptions say how DenoiseFile denoises which file.
type FileOptions struct {
	Checkpoint    string // run folder or checkpoint
	Threads       int    // 0: all processors
	Input, Output string // .npy; Output is replaced as a whole
	SNR           float64
	Options       sched.Options // Method, Match, Start, Seed
}

// FileResult describes what DenoiseFile did.
type FileResult struct {
	Samples, Dim int
	THat         float64 // matched level, -1 if the SNR lies above the grid
	Calls        int     // predictor calls a sample
	Took         time.Duration
	Note         string // what a user should know, or ""
}

// DenoiseFile denoises the samples of an .npy array (n, dims…), or a single
// sample (dims…), in the data's own units: the statistics of the training data
// are applied before and undone after. o.SNR is in dB and refers to normalised
// samples, whose power is one on average. The output has the shape of the
// input, and its type if that is float32 or float64, else float32.
func DenoiseFile(ctx context.Context, o FileOptions) (*FileResult, error) {
	noisy, err := weights.ReadNPYFile(o.Input)
	if err != nil {
		return nil, configs.Usagef("--input: %w", err)
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
	start := time.Now()
	dim := s.Predictor.Dim()
	if err := checkShape(noisy.Shape, s.Net.Shape()); err != nil {
		return nil, configs.Usagef("--input: %s: %w", o.Input, err)
	}
	x := noisy.Float64()
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, configs.Usagef("--input: %s: sample %d holds %v; want finite numbers", o.Input, i/dim, v)
		}
	}
	r := &FileResult{Samples: len(x) / dim, Dim: dim}
	for first := 0; first < r.Samples; first += batch {
		b := x[first*dim : min(first+batch, r.Samples)*dim]
		s.normalize(b)
		opts := o.Options
		opts.First = first
		res, err := s.Schedule.Denoise(ctx, s.Predictor, b, linear(o.SNR), opts)
		if err != nil {
			return nil, fmt.Errorf("eval: %s: %w", o.Input, err)
		}
		copy(b, res.X)
		s.restore(b)
		r.THat, r.Calls, r.Note = res.THat, res.Calls, res.Note
	}
	r.Took = time.Since(start)
	return r, writeNPY(o.Output, noisy, x)
}

// checkShape wants (n, sample…) or (sample…), where axes of length one may be
// left out of the sample's shape.
func checkShape(got, sample []int) error {
	squeeze := func(shape []int) []int {
		return slices.DeleteFunc(slices.Clone(shape), func(d int) bool { return d == 1 })
	}
	want := squeeze(sample)
	if len(got) > 0 && !slices.Contains(got, 0) && (slices.Equal(squeeze(got), want) || slices.Equal(squeeze(got[1:]), want)) {
		return nil
	}
	return fmt.Errorf("its shape is %v; want samples of shape %v, one after the other", got, sample)
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

// writeNPY writes x with the shape of like.
func writeNPY(name string, like weights.Array, x []float64) error {
	out := weights.FromFloat64("", like.Shape, x)
	if like.DType != weights.Float64 {
		out = weights.FromFloat32("", like.Shape, out.Float32())
	}
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, out); err != nil {
		return fmt.Errorf("eval: %s: %w", name, err)
	}
	if err := replace(name, b.Bytes()); err != nil {
		return configs.Usagef("--output: %w", err)
	}
	return nil
}
