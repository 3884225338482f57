package kernel

import "math"

// LossKind is the distance that a loss averages.
type LossKind int

const (
	MSE LossKind = iota // squared
	L1                  // absolute
)

// Loss returns the mean over all values of weight_n·d(pred, target), samples
// (n, dim) one after the other. Each sample is summed in float64, and the sums
// in order. The mean is that of a batch of whole samples, of which others have the rest.
func Loss(w *Workspace, kind LossKind, pred, target, weight []float32, n, whole int) float64 {
	if len(w.sums) < n {
		w.sums = make([]float64, n)
	}
	dim := len(pred) / n
	w.pool.Do(n, func(i, _ int) {
		sum := 0.0
		t := target[i*dim:][:dim]
		for k, p := range pred[i*dim:][:dim] {
			d := float64(p) - float64(t[k])
			if kind == MSE {
				sum += d * d
			} else {
				sum += math.Abs(d)
			}
		}
		w.sums[i] = float64(weight[i]) * sum
	})
	total := 0.0
	for _, s := range w.sums[:n] {
		total += s
	}
	return total / float64(dim*whole)
}

// LossGrad writes the gradient of upstream·Loss with respect to pred.
func LossGrad(w *Workspace, kind LossKind, grad, pred, target, weight []float32, n, whole int, upstream float32) {
	dim := len(pred) / n
	w.pool.Do(n, func(i, _ int) {
		scale := upstream * weight[i] / float32(dim*whole)
		g, t := grad[i*dim:][:dim], target[i*dim:][:dim]
		for k, p := range pred[i*dim:][:dim] {
			d := p - t[k]
			switch {
			case kind == MSE:
				g[k] = 2 * scale * d
			case d > 0:
				g[k] = scale
			case d < 0:
				g[k] = -scale
			default:
				g[k] = 0
			}
		}
	})
}
