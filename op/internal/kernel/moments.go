package kernel

// PlaneMoments computes the moments of every plane of x.
func PlaneMoments(w *Workspace, m Moments, x []float32, s Shape) {
	p := s.plane()
	w.planes(s, func(i, _ int) {
		w.tier.moments(m.Mean[i*lane:][:lane], m.M2[i*lane:][:lane], x[i*p:][:p])
	})
}

// momentsGeneric is the reference of tier.moments: two passes over a plane that
// is in cache, so that no precision is lost where the mean is large.
func momentsGeneric(mean, m2, x []float32) {
	var sum, sq [lane]float32
	for i, v := range x {
		sum[i%lane] += v
	}
	scale := lane / float32(len(x))
	for k := range mean {
		mean[k] = sum[k] * scale
	}
	for i, v := range x {
		d := v - mean[i%lane]
		sq[i%lane] += d * d
	}
	copy(m2, sq[:])
}
