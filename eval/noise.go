package eval

import (
	"math"

	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// This file is the one place where SNRs become noise. All of the package's
// observations, chains and estimators take theirs from here, so that the
// convention of the data (configs.Data.Noise) holds for all of them or for none.

// std returns the standard deviation of one real value of the noise at 0 dB.
func (r *Request) std() float64 { return r.Denoiser.NoiseStd() }

// sigma returns the standard deviation of one real value of the noise at an SNR
// in dB, in units of normalised samples.
func (r *Request) sigma(db float64) float64 { return sched.Sigma(r.std(), decibel.Linear(db)) }

// precision returns 1/σ² of one real value: what estimators take for the SNR that
// know the noise as N(0, I/SNR) and leave the signal's power to their prior.
func (r *Request) precision(db float64) float64 { return decibel.Linear(db) / (r.std() * r.std()) }

// told returns the options of a method that is told an SNR in dB, for a batch of
// normalised samples.
func (r *Request) told(db float64, m sched.Method, first int) denoiser.Options {
	return denoiser.Options{SNR: db, Normalized: true, Method: m, Match: r.Match, Start: r.Start, Seed: r.Seed, First: first, Unscaled: r.Unscaled}
}

// drawn is the noise that a chain of given steps draws for a batch.
func (r *Request) drawn(first int) sched.Noise {
	return sched.Noise{Seed: r.Seed, First: first, Std: r.std()}
}

// observe writes y = x + n for samples from index first on. The noise of a
// sample is a function of (seed, SNR, index): all columns see the same.
func (r *Request) observe(y, x []float64, db float64, first int) {
	d := r.Denoiser.Dim()
	sigma := r.sigma(db)
	key := uint64(int64(math.Round(db * 1000)))
	streams := make([]rng.Stream, r.pool.Threads())
	r.pool.Do(len(x)/d, func(i, worker int) {
		s := &streams[worker]
		s.Reset(r.Seed, rng.EvalNoise, key, uint64(first+i))
		row := y[i*d:][:d]
		s.Normal(row)
		for k := range row {
			row[k] = x[i*d+k] + sigma*row[k]
		}
	})
}
