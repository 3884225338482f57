// Package tiles cuts images of any size into pieces of one size and blends what
// was made of them, without seams.
//
// Along an axis of n pixels, pieces of t pixels begin at evenly spread places at
// most t/2 apart, so that every pixel but those at the ends is in two or more.
// Blending weights pixel i of a piece by a raised cosine (Hann window),
//
//	w[i] = sin²(π(i+½)/t)
//
// and divides by the sum of the weights. An axis shorter than a piece is
// continued by reflection. What is not changed between cutting and blending
// comes back as it was.
//
//	p := tiles.New(512, 512, 28, 28)
//	b := p.Blender(1)
//	for i := range p.Count() {
//		p.Cut(tile, image, i)
//		denoise(tile)
//		b.Add(tile, i)
//	}
//	b.Result(image)
package tiles

import "math"

// Plan says where the pieces of an image are.
type Plan struct {
	rows, columns axis
}

// New returns the plan for planes of height·width pixels and pieces of
// h·w. All must be positive.
func New(height, width, h, w int) Plan {
	if min(height, width, h, w) < 1 {
		panic("tiles: sizes must be positive")
	}
	return Plan{newAxis(height, h), newAxis(width, w)}
}

// Count returns the number of pieces.
func (p Plan) Count() int { return p.rows.count * p.columns.count }

// Cut copies piece i of planes x (C,height,width) to dst (C,h,w).
func (p Plan) Cut(dst, x []float64, i int) {
	plane := p.rows.n * p.columns.n
	top, left := p.rows.start(i/p.columns.count), p.columns.start(i%p.columns.count)
	for ; len(x) > 0; x = x[plane:] {
		for r := range p.rows.tile {
			line := x[reflect(top+r, p.rows.n)*p.columns.n:][:p.columns.n]
			for c := range p.columns.tile {
				dst[c] = line[reflect(left+c, p.columns.n)]
			}
			dst = dst[p.columns.tile:]
		}
	}
}

// Blender returns an empty blender for images of a number of channels.
func (p Plan) Blender(channels int) *Blender {
	n := p.rows.n * p.columns.n
	return &Blender{p, make([]float64, channels*n), make([]float64, n)}
}

// Blender adds pieces up.
type Blender struct {
	p           Plan
	sum, weight []float64
}

// Add adds piece i (C,h,w).
func (b *Blender) Add(tile []float64, i int) {
	rows, columns := b.p.rows, b.p.columns
	top, left := rows.start(i/columns.count), columns.start(i%columns.count)
	for at := 0; at < len(b.sum); at += len(b.weight) {
		for r := range rows.tile {
			// What lies beyond the end is reflection.
			for c := 0; top+r < rows.n && c < columns.tile && left+c < columns.n; c++ {
				k, w := (top+r)*columns.n+left+c, rows.window(r)*columns.window(c)
				b.sum[at+k] += w * tile[r*columns.tile+c]
				if at == 0 {
					b.weight[k] += w
				}
			}
		}
		tile = tile[rows.tile*columns.tile:]
	}
}

// Result writes the blended image (C,height,width). All pieces must have been
// added once.
func (b *Blender) Result(dst []float64) {
	for i, v := range b.sum {
		dst[i] = v / b.weight[i%len(b.weight)]
	}
}

// axis is one axis of a plan.
type axis struct{ n, tile, count int }

func newAxis(n, tile int) axis {
	a := axis{n, tile, 1}
	if n > tile {
		hop := max(tile/2, 1)
		a.count = 1 + (n-tile+hop-1)/hop
	}
	return a
}

// start returns where piece k begins.
func (a axis) start(k int) int {
	if a.count == 1 {
		return 0
	}
	return k * (a.n - a.tile) / (a.count - 1)
}

func (a axis) window(i int) float64 {
	s := math.Sin(math.Pi * (float64(i) + 0.5) / float64(a.tile))
	return s * s
}

// reflect maps an index ≥ 0 to [0,n) by reflection at the last and the first
// value, which are not repeated.
func reflect(i, n int) int {
	if i < n {
		return i
	}
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i %= period
	return min(i, period-i)
}
