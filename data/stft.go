package data

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// STFT is the short-time Fourier transform of real signals. Frame f holds the
// frequencies k = 0 … Length-1 of the samples from f·Hop - (M-Hop) on, with
// M = 2(Length-1) and zeros beyond the ends of the signal:
//
//	X[f,k] = c·Σ_m w[m]·x[f·Hop-(M-Hop)+m]·exp(-2πi·km/M)
//
// w[m] = sin(π(m+½)/M) is the sine window and c = 1/√(Σw²), so that white noise
// of some power gives frequencies of the same power. The signal is the overlap
// sum of the windowed inverse transforms, divided by that of w².
//
// An STFT must not be used concurrently.
type STFT struct {
	Length, Hop int
	window      []float64
	scale       float64 // c
	fft         *fourier.FFT
	frame       []float64
	coef        []complex128
}

// NewSTFT returns the transform to the given number of frequencies, at least 2;
// hop is at least 1 and at most M, or 0 for M/2.
func NewSTFT(length, hop int) *STFT {
	m := 2 * (length - 1)
	if hop == 0 {
		hop = m / 2
	}
	if length < 2 || hop < 1 || hop > m {
		panic("data: STFT of impossible size")
	}
	t := &STFT{Length: length, Hop: hop, window: make([]float64, m), fft: fourier.NewFFT(m), frame: make([]float64, m), coef: make([]complex128, length)}
	for i := range t.window {
		t.window[i] = math.Sin(math.Pi * (float64(i) + 0.5) / float64(m))
	}
	t.scale = 1 / math.Sqrt(float64(m)/2) // Σw² = M/2
	return t
}

// Frames returns the number of frames of a signal of n samples: each sample is
// in as many of them as overlap.
func (t *STFT) Frames(n int) int {
	if n == 0 {
		return 0
	}
	return (n+len(t.window)-t.Hop-1)/t.Hop + 1
}

// start returns the sample that a frame begins with, which may be negative.
func (t *STFT) start(frame int) int { return frame*t.Hop - (len(t.window) - t.Hop) }

// forward transforms t.frame into dst: the real parts of all frequencies, then
// the imaginary ones.
func (t *STFT) forward(dst []float64) {
	for i, w := range t.window {
		t.frame[i] *= w * t.scale
	}
	t.fft.Coefficients(t.coef, t.frame)
	for k, v := range t.coef {
		dst[k], dst[t.Length+k] = real(v), imag(v)
	}
}

// Cut puts frame f (2,Length) of a signal into dst: real parts, then imaginary
// ones.
func (t *STFT) Cut(dst, x []float64, f int) {
	for i, at := 0, t.start(f); i < len(t.frame); i, at = i+1, at+1 {
		t.frame[i] = 0
		if at >= 0 && at < len(x) {
			t.frame[i] = x[at]
		}
	}
	t.forward(dst)
}

// Forward returns the frames (Frames(len(x)),2,Length) of a signal.
func (t *STFT) Forward(x []float64) []float64 {
	out := make([]float64, t.Frames(len(x))*2*t.Length)
	for f := range t.Frames(len(x)) {
		t.Cut(out[f*2*t.Length:], x, f)
	}
	return out
}

// Inverse returns the n samples whose frames (Frames(n),2,Length) are given.
// Frames that no signal has, such as denoised ones, give the signal whose own
// frames are nearest to them in the mean square.
func (t *STFT) Inverse(frames []float64, n int) []float64 {
	if len(frames) != t.Frames(n)*2*t.Length {
		panic("data: frames do not fit the length of the signal")
	}
	x := make([]float64, n)
	o := t.Overlap(x)
	for f := range t.Frames(n) {
		o.Add(frames[f*2*t.Length:][:2*t.Length])
	}
	return x
}
