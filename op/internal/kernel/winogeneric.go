package kernel

// The transforms of one tile, each along an axis.

// winoB is Bᵀ.
func winoB(d [6]float32) [6]float32 {
	const a, b = pointA, pointB
	p, q := d[4]-b*b*d[2], a*(d[3]-b*b*d[1])
	r, s := d[4]-a*a*d[2], b*(d[3]-a*a*d[1])
	return [6]float32{
		a*a*b*b*d[0] - (a*a+b*b)*d[2] + d[4],
		p + q, p - q, r + s, r - s,
		a*a*b*b*d[1] - (a*a+b*b)*d[3] + d[5],
	}
}

// winoAT is Aᵀ, six to four.
func winoAT(m [6]float32) [6]float32 {
	const a, b = pointA, pointB
	p, q, r, s := m[1]+m[2], m[1]-m[2], m[3]+m[4], m[3]-m[4]
	return [6]float32{m[0] + p + r, a*q + b*s, a*a*p + b*b*r, a*a*a*q + b*b*b*s + m[5]}
}

// winoA is A, four to six.
func winoA(d [6]float32) [6]float32 {
	const a, b = pointA, pointB
	p, q := d[0]+a*a*d[2], a*d[1]+a*a*a*d[3]
	r, s := d[0]+b*b*d[2], b*d[1]+b*b*b*d[3]
	return [6]float32{d[0], p + q, p - q, r + s, r - s, d[3]}
}

// winoInputGeneric is the reference of tier.winoInput: 6×6 pixels every 4.
func winoInputGeneric(t winoTransform) { t.toFreqs(6, winoB) }

// winoGradGeneric is the reference of tier.winoGrad: 4×4 pixels every 4.
func winoGradGeneric(t winoTransform) { t.toFreqs(4, winoA) }

func (t *winoTransform) toFreqs(pixels int, f func([6]float32) [6]float32) {
	for i := range t.tiles {
		for k := range lane {
			var m [6][6]float32 // [column frequency][row]
			for r := range pixels {
				var d [6]float32
				for c := range pixels {
					d[c] = t.src[r*t.row+(i*winoTile+c)*lane+k]
				}
				for c, v := range f(d) {
					m[c][r] = v
				}
			}
			for c := range m {
				for r, v := range f(m[c]) {
					t.dst[(c*6+r)*t.freq+i*lane+k] = v
				}
			}
		}
	}
}

// winoOutputGeneric is the reference of tier.winoOutput.
func winoOutputGeneric(t winoTransform) {
	for i := range t.tiles {
		for k := range lane {
			var rows [winoTile][6]float32
			for c := range 6 {
				var m [6]float32
				for r := range m {
					m[r] = t.src[(c*6+r)*t.freq+i*lane+k]
				}
				m = winoAT(m)
				for r := range rows {
					rows[r][c] = m[r]
				}
			}
			for r := range rows {
				y := winoAT(rows[r])
				for c := range winoTile {
					t.dst[r*t.row+(i*winoTile+c)*lane+k] = y[c] + t.bias[k]
				}
			}
		}
	}
}
