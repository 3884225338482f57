package kernel

// Window is Size×Size pixels; windows are Stride apart in an image with Padding
// zeros on each side.
type Window struct{ Size, Stride, Padding int }

// each visits the rows of pixels that feature (c·Size+i)·Size+j has inside an
// image of shape s: outputs [s0,s1) of row r, which read row y from pixel x on.
func (w Window) each(i, j int, s, out Shape, visit func(r, s0, s1, y, x int)) {
	s0 := max(0, (w.Padding-j+w.Stride-1)/w.Stride)
	s1 := min(out.W, (s.W-1+w.Padding-j+w.Stride)/w.Stride)
	for r := range out.H {
		if y := r*w.Stride + i - w.Padding; y >= 0 && y < s.H && s0 < s1 {
			visit(r, s0, s1, y, s0*w.Stride+j-w.Padding)
		}
	}
}

// Patches copies the windows of src, of shape s, to the channels of dst, of shape
// out.
func Patches(ws *Workspace, dst, src []float32, s, out Shape, w Window) {
	size := w.Size * w.Size
	ws.pool.Do(out.N*out.Blocks(), func(k, _ int) {
		n, b := k/out.Blocks(), k%out.Blocks()
		y := dst[k*out.plane():][:out.plane()]
		clear(y)
		for l := range min(lane, out.C-b*lane) {
			f := b*lane + l
			c := f / size
			x := src[n*s.sample()+c/lane*s.plane()+c%lane:]
			w.each(f%size/w.Size, f%w.Size, s, out, func(r, s0, s1, row, col int) {
				from := x[(row*s.W+col)*lane:]
				to := y[(r*out.W+s0)*lane+l:]
				for q := range s1 - s0 {
					to[q*lane] = from[q*w.Stride*lane]
				}
			})
		}
	})
}

// PatchesGrad is the adjoint of Patches; s is the shape of dst, out that of src.
func PatchesGrad(ws *Workspace, dst, src []float32, s, out Shape, w Window) {
	size := w.Size * w.Size
	ws.pool.Do(s.N*s.Blocks(), func(k, _ int) {
		n, b := k/s.Blocks(), k%s.Blocks()
		x := dst[k*s.plane():][:s.plane()]
		clear(x)
		for l := range min(lane, s.C-b*lane) {
			for t := range size {
				f := (b*lane+l)*size + t
				y := src[n*out.sample()+f/lane*out.plane()+f%lane:]
				w.each(t/w.Size, t%w.Size, s, out, func(r, s0, s1, row, col int) {
					to := x[(row*s.W+col)*lane+l:]
					from := y[(r*out.W+s0)*lane:]
					for q := range s1 - s0 {
						to[q*w.Stride*lane] += from[q*lane]
					}
				})
			}
		}
	})
}
