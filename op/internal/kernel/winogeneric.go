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

// Normalisation of the rows of G: the products of the distances of 0, ±a and ±b
// from the other points.
const (
	norm0 = 1 / (pointA * pointA * pointB * pointB)
	normA = 1 / (2 * pointA * pointA * (pointA*pointA - pointB*pointB))
	normB = 1 / (2 * pointB * pointB * (pointB*pointB - pointA*pointA))
)

// winoG is G, three to six.
func winoG(g [6]float32) [6]float32 {
	const a, b = pointA, pointB
	p, q := normA*g[0]+normA*a*a*g[2], normA*a*g[1]
	r, s := normB*g[0]+normB*b*b*g[2], normB*b*g[1]
	return [6]float32{norm0 * g[0], p + q, p - q, r + s, r - s, g[2]}
}

// winoGT is Gᵀ, six to three.
func winoGT(m [6]float32) [6]float32 {
	const a, b = pointA, pointB
	p, q, r, s := normA*(m[1]+m[2]), normA*(m[1]-m[2]), normB*(m[3]+m[4]), normB*(m[3]-m[4])
	return [6]float32{norm0*m[0] + p + r, a*q + b*s, a*a*p + b*b*r + m[5]}
}

// winoInputGeneric is the reference of tier.winoInput: 6×6 pixels.
func winoInputGeneric(t *winoRow) { t.toFreqs(winoAxis, winoB) }

// winoGradGeneric is the reference of tier.winoGrad: 4×4 pixels.
func winoGradGeneric(t *winoRow) { t.toFreqs(winoTile, winoA) }

// toFreqs transforms tiles of size×size pixels.
func (t *winoRow) toFreqs(size int, f func([6]float32) [6]float32) {
	for i := range (t.x1 - t.x0) * lane {
		var d [6]float32
		for r := range size {
			d[r] = t.pixels(r)[i]
		}
		for g, v := range f(d) {
			t.band[g*t.bandRow+t.first*lane+i] = v
		}
	}
	for i := range t.tiles {
		for k := range lane {
			for g := range winoAxis {
				var d [6]float32
				for c := range size {
					d[c] = t.band[g*t.bandRow+(i*winoTile+c)*lane+k]
				}
				for c, v := range f(d) {
					t.freqs[(c*winoAxis+g)*t.freq+i*lane+k] = v
				}
			}
		}
	}
}

// winoOutputGeneric is the reference of tier.winoOutput: 4×4 pixels.
func winoOutputGeneric(t *winoRow) {
	for i := range t.tiles {
		for k := range lane {
			var rows [4][6]float32
			for c := range winoAxis {
				var m [6]float32
				for r := range m {
					m[r] = t.freqs[(c*winoAxis+r)*t.freq+i*lane+k]
				}
				m = winoAT(m)
				for r := range rows {
					rows[r][c] = m[r]
				}
			}
			for r := range rows {
				y, row := winoAT(rows[r]), t.pixels(r)
				for c := range min(winoTile, t.x1-t.x0-i*winoTile) {
					row[(i*winoTile+c)*lane+k] = y[c] + t.bias[k]
				}
			}
		}
	}
}

// winoWeightsGeneric is the reference of tier.winoWeights: 3×3 taps, vectors of which
// follow each other.
func winoWeightsGeneric(t winoTransform) {
	for i := range t.tiles * lane {
		var m [6][6]float32 // [column frequency][row]
		for r := range 3 {
			for c, v := range winoG([6]float32{t.src[r*t.row+i], t.src[r*t.row+t.col+i], t.src[r*t.row+2*t.col+i]}) {
				m[c][r] = v
			}
		}
		for c := range m {
			for r, v := range winoG(m[c]) {
				t.dst[(c*winoAxis+r)*t.freq+i] = v
			}
		}
	}
}

// winoWeightGradGeneric is the reference of tier.winoWeightGrad: 3×3 taps.
func winoWeightGradGeneric(t winoTransform) {
	for i := range t.tiles * lane {
		var rows [3][6]float32
		for c := range winoAxis {
			var m [6]float32
			for r := range m {
				m[r] = t.src[(c*winoAxis+r)*t.freq+i]
			}
			m = winoGT(m)
			for r := range rows {
				rows[r][c] = m[r]
			}
		}
		for r := range rows {
			y := winoGT(rows[r])
			for c := range 3 {
				t.dst[r*t.row+c*t.col+i] = y[c]
			}
		}
	}
}

// The transforms of signals, along one axis.

// signalInputGeneric is the reference of tier.signalInput: 6 pixels.
func signalInputGeneric(t winoTransform) { t.signalToFreqs(6, winoTile*lane, lane, winoB) }

// signalWholeGeneric is the reference of tier.signalWhole: signalInput of rows that
// tiles cover exactly, with zeros around each.
func signalWholeGeneric(t winoTransform) {
	width := t.tiles * winoTile
	for r := range t.rows {
		for i := range t.tiles {
			for k := range lane {
				var d [6]float32
				for c := range d {
					if p := i*winoTile + c - 1; p >= 0 && p < width {
						d[c] = t.src[r*t.row+p*lane+k]
					}
				}
				for c, v := range winoB(d) {
					t.dst[c*t.freq+(r*t.tiles+i)*lane+k] = v
				}
			}
		}
	}
}

// signalGradGeneric is the reference of tier.signalGrad: 4 pixels.
func signalGradGeneric(t winoTransform) { t.signalToFreqs(4, winoTile*lane, lane, winoA) }

// signalWeightsGeneric is the reference of tier.signalWeights: 3 taps.
func signalWeightsGeneric(t winoTransform) { t.signalToFreqs(3, lane, t.col, winoG) }

// signalOutputGeneric is the reference of tier.signalOutput: 4 pixels.
func signalOutputGeneric(t winoTransform) { t.signalFromFreqs(4, winoTile*lane, lane, winoAT) }

// signalWeightGradGeneric is the reference of tier.signalWeightGrad: 3 taps.
func signalWeightGradGeneric(t winoTransform) { t.signalFromFreqs(3, lane, t.col, winoGT) }

// signalToFreqs transforms rows of tiles of size values, next apart.
func (t *winoTransform) signalToFreqs(size, next, col int, f func([6]float32) [6]float32) {
	for i := range t.rows * t.tiles {
		for k := range lane {
			var d [6]float32
			for c := range size {
				d[c] = t.src[i/t.tiles*t.row+i%t.tiles*next+c*col+k]
			}
			for c, v := range f(d) {
				t.dst[c*t.freq+i*lane+k] = v
			}
		}
	}
}

// signalFromFreqs is the way back; a bias is added if there is one.
func (t *winoTransform) signalFromFreqs(size, next, col int, f func([6]float32) [6]float32) {
	for i := range t.rows * t.tiles {
		for k := range lane {
			var m [6]float32
			for c := range m {
				m[c] = t.src[c*t.freq+i*lane+k]
			}
			b := float32(0)
			if t.bias != nil {
				b = t.bias[k]
			}
			for c, v := range f(m) {
				if c < size {
					t.dst[i/t.tiles*t.row+i%t.tiles*next+c*col+k] = v + b
				}
			}
		}
	}
}
