package kernel

// Block copies x (N,C,H,W) into blocked layout, zeros in the lanes beyond C.
func Block(w *Workspace, dst, src []float32, s Shape) {
	blocks, hw := s.Blocks(), s.H*s.W
	w.planes(s, func(i, _ int) {
		n, b := i/blocks, i%blocks
		d := dst[i*hw*lane:][:hw*lane]
		c := min(lane, s.C-b*lane)
		if c < lane {
			clear(d)
		}
		for k := range c {
			for p, v := range src[(n*s.C+b*lane+k)*hw:][:hw] {
				d[p*lane+k] = v
			}
		}
	})
}

// Unblock copies blocked x into dst (N,C,H,W).
func Unblock(w *Workspace, dst, src []float32, s Shape) {
	blocks, hw := s.Blocks(), s.H*s.W
	w.planes(s, func(i, _ int) {
		n, b := i/blocks, i%blocks
		d := src[i*hw*lane:][:hw*lane]
		for k := range min(lane, s.C-b*lane) {
			row := dst[(n*s.C+b*lane+k)*hw:][:hw]
			for p := range row {
				row[p] = d[p*lane+k]
			}
		}
	})
}
