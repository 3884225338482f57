package rng

import "math/rand/v2"

// Purpose names what a stream is used for, so that two uses with equal
// (seed, step, sample) are still independent. The values are part of the
// reproducibility contract: never renumber, only append.
type Purpose uint64

const (
	Init       Purpose = iota + 1 // parameter initialisation; sample = index of the parameter
	Mixture                       // drawing a random mixture's parameters; sample = component
	DataTrain                     // drawing or splitting the train split; sample = index
	DataVal                       // the validation split
	DataTest                      // the test split
	Shuffle                       // epoch permutation; step = epoch
	Augment                       // step = epoch, sample = index
	TrainNoise                    // ε of the forward process; step = training step, sample = position in the batch
	TrainLevel                    // level t of the forward process; step = training step
	ValNoise                      // fixed validation noise; sample = index
	ValLevel                      // fixed validation levels; sample = index
	Dropout                       // step = training step, sample = layer
	EvalNoise                     // observation noise; step = SNR in millidecibel, sample = index
	Resample                      // σ_i z of re-sampling chains; step = level and chain, sample = index
	Generate                      // pure noise that generation starts from; sample = index
	EM                            // k-means++ start of the EM fit
	Bootstrap                     // resampling of evaluation statistics
	Probe                         // directions of numerical derivatives; sample = index
)

// Stream is a keyed source of random numbers. The zero value must be Reset
// before use. A Stream is not safe for concurrent use; it is cheap, so give
// each goroutine its own and Reset it for each sample.
type Stream struct {
	pcg rand.PCG
	r   *rand.Rand
}

// New returns a stream for the given key.
func New(seed uint64, purpose Purpose, step, sample uint64) *Stream {
	s := new(Stream)
	s.Reset(seed, purpose, step, sample)
	return s
}

// Reset re-keys the stream in place; it allocates on first use only.
func (s *Stream) Reset(seed uint64, purpose Purpose, step, sample uint64) {
	if s.r == nil {
		s.r = rand.New(&s.pcg)
	}
	// Two rounds of mixing over the four words; hi and lo get different
	// finalisers, so that keys differing in one bit share no PCG state word.
	h := mix(seed + 0x9e3779b97f4a7c15)
	h = mix(h ^ mix(uint64(purpose)+0xd1b54a32d192ed03))
	h = mix(h ^ mix(step+0x8cb92ba72f3d8dd7))
	h = mix(h ^ mix(sample+0xaef17502108ef2d9))
	s.pcg.Seed(mix(h+0x9e3779b97f4a7c15), mix(h+0x3c6ef372fe94f82a))
}

// Rand exposes the stream as a *rand.Rand (Uint64, IntN, Perm, NormFloat64 …).
func (s *Stream) Rand() *rand.Rand { return s.r }

// Normal fills dst with independent N(0,1) numbers.
func (s *Stream) Normal(dst []float64) {
	for i := range dst {
		dst[i] = s.r.NormFloat64()
	}
}

// Normal32 fills dst with independent N(0,1) numbers.
func (s *Stream) Normal32(dst []float32) {
	for i := range dst {
		dst[i] = float32(s.r.NormFloat64())
	}
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
