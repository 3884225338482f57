package kernel

// Subsample2 copies every second pixel of src, of shape s, from pixel first on;
// of images along both axes.
func Subsample2(w *Workspace, dst, src []float32, s Shape, image bool, first int) {
	eachSecond(w, dst, src, s, image, first, false)
}

// Subsample2Grad is the adjoint of Subsample2; s is the shape of dst.
func Subsample2Grad(w *Workspace, dst, src []float32, s Shape, image bool, first int) {
	eachSecond(w, src, dst, s, image, first, true)
}

// eachSecond copies between pixels of small and every second of large, of shape
// s; back writes large, zeros between.
func eachSecond(w *Workspace, small, large []float32, s Shape, image bool, first int, back bool) {
	y0, fy := first, 2
	if !image {
		y0, fy = 0, 1
	}
	oh, ow := (s.H-y0+fy-1)/fy, (s.W-first+1)/2
	w.planes(s, func(i, _ int) {
		x, y := large[i*s.plane():][:s.plane()], small[i*oh*ow*lane:][:oh*ow*lane]
		if back {
			clear(x)
		}
		for r := range oh {
			for c := range ow {
				a, b := y[(r*ow+c)*lane:][:lane], x[((y0+fy*r)*s.W+first+2*c)*lane:][:lane]
				if back {
					copy(b, a)
				} else {
					copy(a, b)
				}
			}
		}
	})
}
