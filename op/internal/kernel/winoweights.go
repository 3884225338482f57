package kernel

// pack transforms w (out,in,3,3) of the packed convolution, U = G·g·Gᵀ, and
// packs the 36 matrices as weights of one tap; transposed as in packed.pack.
// Frequencies are ordered by column first, as the transforms of tiles are.
func (w *winograd) pack(ws *Workspace, dst *[]float32, g []float32, in, out int, transposed bool) {
	ib, ob := (in+lane-1)/lane, (out+lane-1)/lane
	size := ib * ob * lane * lane
	if *dst == nil {
		*dst = Alloc(winoFreqs * size)
	}
	u := *dst
	ws.pool.Do(ob*ib, func(c, _ int) {
		o, b := c/ib, c%ib
		first := o &^ (maxGroup - 1)
		group := min(maxGroup, ob-first)
		base := groupStart(first, ib, 1) + (o-first)*lane
		var half [18][lane]float32 // G·g, 6×3
		var taps [9][lane]float32
		for k := range lane {
			i := b*lane + k
			for l := range lane {
				oc := o*lane + l
				for t := range 9 {
					switch {
					case i >= in || oc >= out:
						taps[t][l] = 0
					case transposed:
						taps[t][l] = g[(i*out+oc)*9+8-t]
					default:
						taps[t][l] = g[(oc*in+i)*9+t]
					}
				}
			}
			for x := range 3 {
				winoColumn(half[x*6:x*6+6], &taps[x], &taps[3+x], &taps[6+x])
			}
			at := base + (b*lane+k)*group*lane
			for r := range 6 { // frequency along H
				var row [6][lane]float32
				winoColumn(row[:], &half[r], &half[6+r], &half[12+r])
				for f := range 6 { // frequency along W
					copy(u[(f*6+r)*size+at:][:lane], row[f][:])
				}
			}
		}
	})
}

// Normalisation of the rows of G: the products of the distances of 0, ±a and ±b
// from the other points.
const (
	winoN0 = 1 / (pointA * pointA * pointB * pointB)
	winoNA = 1 / (2 * pointA * pointA * (pointA*pointA - pointB*pointB))
	winoNB = 1 / (2 * pointB * pointB * (pointB*pointB - pointA*pointA))
)

// winoColumn applies G to a column of three.
func winoColumn(dst [][lane]float32, g0, g1, g2 *[lane]float32) {
	const a, b = pointA, pointB
	for k := range lane {
		x, y, z := g0[k], g1[k], g2[k]
		p, q := winoNA*x+winoNA*a*a*z, winoNA*a*y
		r, s := winoNB*x+winoNB*b*b*z, winoNB*b*y
		dst[0][k] = winoN0 * x
		dst[1][k] = p + q
		dst[2][k] = p - q
		dst[3][k] = r + s
		dst[4][k] = r - s
		dst[5][k] = z
	}
}

// unpackWeights adds the chunks of output block o in order, 36 frequencies each
// in steps of size, and writes dg = Gᵀ·dU·G to dw (out,in,3,3).
func (w *winograd) unpackWeights(dw, partial []float32, chunks, step, in, out, o int) {
	ib, ob := (in+lane-1)/lane, (out+lane-1)/lane
	size := ib * ob * lane * lane
	first := o &^ (maxGroup - 1)
	group := min(maxGroup, ob-first)
	ins := inputsOf(1, group)
	base := groupStart(first, ib, 1) + (o-first)*lane
	outs := min(lane, out-o*lane)
	var du [winoFreqs][lane]float32
	var half [18]float32 // [row of dg][frequency along W]
	for i := range in {
		at := base + ((i/lane*(lane/ins)+i%lane/ins)*ins+i%ins)*group*lane
		for f := range du {
			d := &du[f]
			copy(d[:], partial[f*size+at:][:lane])
			for chunk := 1; chunk < chunks; chunk++ {
				for k, v := range partial[chunk*step+f*size+at:][:lane] {
					d[k] += v
				}
			}
		}
		for k := range outs {
			for f := range 6 {
				d := du[f*6 : f*6+6]
				half[f], half[6+f], half[12+f] = winoGT(d[0][k], d[1][k], d[2][k], d[3][k], d[4][k], d[5][k])
			}
			d := dw[((o*lane+k)*in+i)*9:][:9]
			for t := range 3 {
				h := half[t*6 : t*6+6]
				d[t*3], d[t*3+1], d[t*3+2] = winoGT(h[0], h[1], h[2], h[3], h[4], h[5])
			}
		}
	}
}

// winoGT applies Gᵀ to a column of six.
func winoGT(m0, m1, m2, m3, m4, m5 float32) (x, y, z float32) {
	const a, b = pointA, pointB
	p, q, r, s := winoNA*(m1+m2), winoNA*(m1-m2), winoNB*(m3+m4), winoNB*(m3-m4)
	return winoN0*m0 + p + r, a*q + b*s, a*a*p + b*b*r + m5
}
