package kernel

// Concat writes [a, b] along the channels.
func Concat(w *Workspace, dst, a, b []float32, sa, sb Shape) {
	so := Shape{sa.N, sa.C + sb.C, sa.H, sa.W}
	w.pool.Do(sa.N, func(n, _ int) {
		d := dst[n*so.sample():][:so.sample()]
		x, y := a[n*sa.sample():][:sa.sample()], b[n*sb.sample():][:sb.sample()]
		copy(d, x)
		if sa.C%lane == 0 {
			copy(d[len(x):], y)
			return
		}
		clear(d[len(x):])
		moveChannels(d, sa.C, y, 0, sb.C, sa.H*sa.W)
	})
}

// Split is the inverse of Concat; a or b may be nil.
func Split(w *Workspace, a, b, src []float32, sa, sb Shape) {
	so := Shape{sa.N, sa.C + sb.C, sa.H, sa.W}
	w.pool.Do(sa.N, func(n, _ int) {
		x := src[n*so.sample():][:so.sample()]
		if a != nil {
			d := a[n*sa.sample():][:sa.sample()]
			copy(d, x)
			clearLanes(d, sa.C, sa.H*sa.W)
		}
		if b != nil {
			d := b[n*sb.sample():][:sb.sample()]
			if sa.C%lane == 0 {
				copy(d, x[sa.sample():])
				return
			}
			clear(d)
			moveChannels(d, 0, x, sa.C, sb.C, sa.H*sa.W)
		}
	})
}

// moveChannels copies count channels of one sample of hw pixels.
func moveChannels(dst []float32, to int, src []float32, from, count, hw int) {
	for c := range count {
		i, o := from+c, to+c
		x, y := src[i/lane*hw*lane+i%lane:], dst[o/lane*hw*lane+o%lane:]
		for p := 0; p < hw*lane; p += lane {
			y[p] = x[p]
		}
	}
}

// clearLanes zeroes the lanes beyond c in the last block of one sample.
func clearLanes(x []float32, c, hw int) {
	if c%lane == 0 {
		return
	}
	last := x[c/lane*hw*lane:]
	for p := range hw {
		clear(last[p*lane+c%lane : (p+1)*lane])
	}
}
