package eval

import "github.com/condmean/condmean/eval/report"

// shownMost is how many SNRs of a sweep have examples.
const shownMost = 4

// shownSNRs returns how many samples are shown at each SNR: the same number at
// a few of them, spread evenly, else none.
func (r *Request) shownSNRs() []int {
	shown := make([]int, len(r.SNRs))
	n := min(len(shown), shownMost)
	for k := range n {
		i := len(shown) / 2
		if n > 1 {
			i = (k*(len(shown)-1) + (n-1)/2) / (n - 1)
		}
		shown[i] = min(r.Examples, r.samples())
	}
	return shown
}

// clean returns the clean and the noisy samples that are shown.
func (r *Request) clean(db float64, shown int) []report.Example {
	if shown == 0 {
		return nil
	}
	d := r.Denoiser.Dim()
	x, y := r.Test[:shown*d], make([]float64, shown*d)
	r.observe(y, x, db, 0)
	noisy := make([]float64, shown)
	squares(noisy, y, x)
	return []report.Example{
		{SNR: db, Method: "clean", X: appendSample(nil, x), Errors: make([]float64, shown)},
		{SNR: db, Method: "noisy", X: appendSample(nil, y), Errors: noisy},
	}
}

func appendSample(to []float32, x []float64) []float32 {
	for _, v := range x {
		to = append(to, float32(v))
	}
	return to
}
