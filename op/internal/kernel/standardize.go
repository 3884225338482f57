package kernel

import "math"

// Standardize gives rows of weights w mean 0 and, nearly, variance 1:
//
//	y = (w - m)/√(v + Eps), or with Floor y = (w - m)/√max(v, Eps)
type Standardize struct {
	Eps   float64
	Floor bool
}

// Forward computes y of so many rows.
func (s Standardize) Forward(ws *Workspace, y, w []float32, rows int) {
	n := len(w) / rows
	ws.pool.Do(rows, func(r, _ int) {
		row, out := w[r*n:][:n], y[r*n:][:n]
		mean, inverse, _ := s.moments(row)
		for i, v := range row {
			out[i] = float32((float64(v) - mean) * inverse)
		}
	})
}

// Backward computes the gradient by w: with the means over a row,
//
//	dw = (dy - mean(dy) - y·mean(dy·y))/√(v + Eps),
//
// without the last term where Floor decided.
func (s Standardize) Backward(ws *Workspace, dw, dy, w []float32, rows int) {
	n := len(w) / rows
	ws.pool.Do(rows, func(r, _ int) {
		row, g, out := w[r*n:][:n], dy[r*n:][:n], dw[r*n:][:n]
		mean, inverse, fixed := s.moments(row)
		sum, sumY := 0.0, 0.0
		for i, v := range row {
			sum += float64(g[i])
			sumY += float64(g[i]) * (float64(v) - mean) * inverse
		}
		if fixed {
			sumY = 0
		}
		for i, v := range row {
			y := (float64(v) - mean) * inverse
			out[i] = float32((float64(g[i]) - (sum+y*sumY)/float64(n)) * inverse)
		}
	})
}

// moments returns the mean of a row and the factor of what differs from it; fixed
// tells that the factor does not depend on the row.
func (s Standardize) moments(row []float32) (mean, inverse float64, fixed bool) {
	n := float64(len(row))
	for _, v := range row {
		mean += float64(v) / n
	}
	variance := 0.0
	for _, v := range row {
		variance += (float64(v) - mean) * (float64(v) - mean) / n
	}
	if s.Floor {
		return mean, 1 / math.Sqrt(max(variance, s.Eps)), variance < s.Eps
	}
	return mean, 1 / math.Sqrt(variance+s.Eps), false
}
