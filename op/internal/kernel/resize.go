package kernel

// Resizing halves or doubles W, and H by the factor fy: 2 for images, 1 for
// signals.

// AvgPool2 averages 2·fy pixels of x, of shape s, into one; odd last rows and
// columns are dropped.
func AvgPool2(w *Workspace, dst, src []float32, s Shape, fy int) {
	oh, ow := s.H/fy, s.W/2
	w.planes(s, func(i, _ int) {
		x, y := src[i*s.plane():][:s.plane()], dst[i*oh*ow*lane:][:oh*ow*lane]
		scale := 1 / float32(2*fy)
		for r := range oh {
			for c := range ow {
				d := y[(r*ow+c)*lane:][:lane]
				a := x[(r*fy*s.W+2*c)*lane:][:2*lane]
				if fy == 1 {
					for k := range d {
						d[k] = scale * (a[k] + a[lane+k])
					}
					continue
				}
				b := x[((r*2+1)*s.W+2*c)*lane:][:2*lane]
				for k := range d {
					d[k] = scale * (a[k] + a[lane+k] + b[k] + b[lane+k])
				}
			}
		}
	})
}

// AvgPool2Grad spreads the gradient of AvgPool2; s is the shape of dst.
func AvgPool2Grad(w *Workspace, dst, src []float32, s Shape, fy int) {
	oh, ow := s.H/fy, s.W/2
	w.planes(s, func(i, _ int) {
		x, y := dst[i*s.plane():][:s.plane()], src[i*oh*ow*lane:][:oh*ow*lane]
		if oh*fy != s.H || ow*2 != s.W {
			clear(x)
		}
		scale := 1 / float32(2*fy)
		for r := range oh * fy {
			for c := range ow {
				g := y[(r/fy*ow+c)*lane:][:lane]
				d := x[(r*s.W+2*c)*lane:][:2*lane]
				for k, v := range g {
					v *= scale
					d[k], d[lane+k] = v, v
				}
			}
		}
	})
}

// Upsample2 repeats the pixels of x, of shape s.
func Upsample2(w *Workspace, dst, src []float32, s Shape, fy int) {
	oh, ow := s.H*fy, s.W*2
	w.planes(s, func(i, _ int) {
		x, y := src[i*s.plane():][:s.plane()], dst[i*oh*ow*lane:][:oh*ow*lane]
		for r := range oh {
			for c := range s.W {
				a := x[(r/fy*s.W+c)*lane:][:lane]
				d := y[(r*ow+2*c)*lane:][:2*lane]
				copy(d[:lane], a)
				copy(d[lane:], a)
			}
		}
	})
}

// Upsample2Grad sums the gradient of Upsample2; s is the shape of dst.
func Upsample2Grad(w *Workspace, dst, src []float32, s Shape, fy int) {
	ow := s.W * 2
	w.planes(s, func(i, _ int) {
		x, y := dst[i*s.plane():][:s.plane()], src[i*s.plane()*2*fy:][:s.plane()*2*fy]
		for r := range s.H {
			for c := range s.W {
				d := x[(r*s.W+c)*lane:][:lane]
				a := y[(r*fy*ow+2*c)*lane:][:2*lane]
				for k := range d {
					d[k] = a[k] + a[lane+k]
				}
				if fy == 2 {
					b := y[((r*2+1)*ow+2*c)*lane:][:2*lane]
					for k := range d {
						d[k] += b[k] + b[lane+k]
					}
				}
			}
		}
	})
}
