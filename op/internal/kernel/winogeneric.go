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

// Tiles of pixels lie 4 apart; "tiles" of taps are vectors, one after the other.

// winoInputGeneric is the reference of tier.winoInput: 6×6 pixels.
func winoInputGeneric(t winoTransform) { t.toFreqs(6, winoTile*lane, lane, winoB) }

// winoGradGeneric is the reference of tier.winoGrad: 4×4 pixels.
func winoGradGeneric(t winoTransform) { t.toFreqs(4, winoTile*lane, lane, winoA) }

// winoOutputGeneric is the reference of tier.winoOutput: 4×4 pixels.
func winoOutputGeneric(t winoTransform) {
	t.fromFreqs(4, winoTile*lane, lane, winoAT)
	for i := range t.tiles {
		for r := range winoTile {
			d := t.dst[r*t.row+i*winoTile*lane:][:winoTile*lane]
			for k := range d {
				d[k] += t.bias[k%lane]
			}
		}
	}
}

// winoWeightsGeneric is the reference of tier.winoWeights: 3×3 taps.
func winoWeightsGeneric(t winoTransform) { t.toFreqs(3, lane, t.col, winoG) }

// winoWeightGradGeneric is the reference of tier.winoWeightGrad: 3×3 taps.
func winoWeightGradGeneric(t winoTransform) { t.fromFreqs(3, lane, t.col, winoGT) }

// toFreqs transforms tiles of size×size values, next apart.
func (t *winoTransform) toFreqs(size, next, col int, f func([6]float32) [6]float32) {
	for i := range t.tiles {
		for k := range lane {
			var m [6][6]float32 // [column frequency][row]
			for r := range size {
				var d [6]float32
				for c := range size {
					d[c] = t.src[i*next+r*t.row+c*col+k]
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

// fromFreqs is the way back.
func (t *winoTransform) fromFreqs(size, next, col int, f func([6]float32) [6]float32) {
	for i := range t.tiles {
		for k := range lane {
			var rows [4][6]float32
			for c := range 6 {
				var m [6]float32
				for r := range m {
					m[r] = t.src[(c*6+r)*t.freq+i*lane+k]
				}
				m = f(m)
				for r := range size {
					rows[r][c] = m[r]
				}
			}
			for r := range size {
				y := f(rows[r])
				for c := range size {
					t.dst[i*next+r*t.row+c*col+k] = y[c]
				}
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
