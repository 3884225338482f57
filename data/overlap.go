package data

// Overlap is [STFT.Inverse] frame by frame: it puts a signal together from its
// frames, given in order.
type Overlap struct {
	stft        *STFT
	x           []float64
	f           int       // the next frame
	sum, weight []float64 // of the samples that frame f begins with and those behind them
}

// Overlap puts the frames of a signal of len(x) samples together in x. Once a frame
// was added, the samples in front of those of the next one are there; the others are
// as they were. Thus x may be the signal itself that later frames are cut from.
func (t *STFT) Overlap(x []float64) *Overlap {
	return &Overlap{stft: t, x: x, sum: make([]float64, len(t.frame)), weight: make([]float64, len(t.frame))}
}

// Add adds the next frame (2,Length).
func (o *Overlap) Add(frame []float64) {
	t := o.stft
	for k := range t.coef {
		t.coef[k] = complex(frame[k], frame[t.Length+k])
	}
	t.fft.Sequence(t.frame, t.coef)
	by := 1 / (t.scale * float64(len(t.window))) // Sequence is M times the inverse
	for i, w := range t.window {
		o.sum[i] += w * t.frame[i] * by
		o.weight[i] += w * w
	}
	at := t.start(o.f)
	for i := range t.Hop { // no further frame has these
		if at+i >= 0 && at+i < len(o.x) {
			o.x[at+i] = o.sum[i] / o.weight[i]
		}
	}
	for _, part := range [][]float64{o.sum, o.weight} {
		clear(part[copy(part, part[t.Hop:]):])
	}
	o.f++
}
