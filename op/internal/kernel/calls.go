//go:build amd64 || arm64

package kernel

import "fmt"

// The assembly checks no bounds: each call here does, once, for all that it
// will touch. Strides in assembly are bytes.

// need panics unless x holds at least n floats.
func need(x []float32, n int) *float32 {
	if len(x) < n || n < 1 {
		panic(fmt.Sprintf("kernel: %d floats where %d are needed", len(x), n))
	}
	return &x[0]
}

type tileFunc = func(dst, src, w, bias *float32, inBlocks, srcBlock, srcRow, dstBlock, kh, kw, wStep, rows, srcNext, dstNext int)

// check returns the sizes that a tile of p pixels touches.
func (t *tile) check() (dst, src, w, bias *float32) {
	last := t.rows - 1
	return need(t.dst, last*t.dstNext+(t.group-1)*t.dstBlock+t.pixels*lane),
		need(t.src, last*t.srcNext+(t.inBlocks-1)*t.srcBlock+(t.kh-1)*t.srcRow+(t.pixels+t.kw-1)*lane),
		need(t.w, t.inBlocks*t.kh*t.kw*t.group*lane*lane),
		need(t.bias, t.group*lane)
}

// inPieces cuts a tile into pieces of one output block and as many pixels as
// there are functions, which are listed by pixels.
func (t *tile) inPieces(functions []tileFunc) {
	t.check()
	n := (t.pixels + len(functions) - 1) / len(functions)
	for g := range t.group {
		for i := range n {
			p0, p1 := t.pixels*i/n, t.pixels*(i+1)/n
			functions[p1-p0-1](&t.dst[g*t.dstBlock+p0*lane], &t.src[p0*lane], &t.w[g*lane], &t.bias[g*lane],
				t.inBlocks, 4*t.srcBlock, 4*t.srcRow, 4*t.dstBlock, t.kh, t.kw, 4*lane*t.group, t.rows, 4*t.srcNext, 4*t.dstNext)
		}
	}
}

// check returns pointers to what a weight tile touches.
func (t *weightTile) check() (dw, x, dy *float32) {
	return need(t.dw, t.kw*t.ins*t.group*lane),
		need(t.x, (t.rows-1)*t.xRow+(t.width+t.kw-2)*lane+t.ins),
		need(t.dy, (t.rows-1)*t.dyRow+(t.group-1)*t.dyBlock+t.width*lane)
}

type weightFunc = func(dw, x, dy *float32, rows, width, xRow, dyRow, dyBlock, tapStep, inStep int)

// weightPiece is the inner loop for a number of inputs and one output block.
type weightPiece struct {
	ins int
	f   weightFunc
}

// inPieces cuts a weight tile into pieces, which come in turns, of one tap or of
// three.
func (t *weightTile) inPieces(one, three []weightPiece) {
	t.check()
	pieces := one
	if t.kw == 3 {
		pieces = three
	}
	in := t.group * lane
	for g := range t.group {
		for i, k := 0, 0; i < t.ins; k++ {
			p := pieces[k%len(pieces)]
			p.f(&t.dw[i*in+g*lane], &t.x[i], &t.dy[g*t.dyBlock], t.rows, t.width, 4*t.xRow, 4*t.dyRow, 0, 4*t.ins*in, 4*in)
			i += p.ins
		}
	}
}

// orElse returns c, 16 coefficients, or a default where c is nil.
func orElse(c []float32, other *[lane]float32) *float32 {
	if c == nil {
		return &other[0]
	}
	return need(c, lane)
}

func callAffineSiLU(a affineRows, f func(dst, src, scale, shift, mask *float32, rows, width, dstSkip, srcSkip, coefs, masks int)) {
	last, masks := a.rows-1, a.coefs
	if a.mask == nil {
		masks = 0
	} else {
		need(a.mask, last*a.coefs+lane)
	}
	f(need(a.dst, last*a.dstRow+a.width*lane), need(a.src, last*a.srcRow+a.width*lane),
		need(a.scale, last*a.coefs+lane), need(a.shift, last*a.coefs+lane), orElse(a.mask, &ones),
		a.rows, a.width, 4*(a.dstRow-a.width*lane), 4*(a.srcRow-a.width*lane), 4*a.coefs, 4*masks)
}

func callSiLUGrad(a siluGrad, f func(g, x, scale, shift, mask, sumX, sum *float32, planes, pixels, masks int)) {
	n, planes, masks := len(a.g), max(1, a.planes), 0
	if a.mask != nil {
		need(a.mask, planes*lane)
		masks = lane
	}
	f(need(a.g, planes*lane), need(a.x, n), need(a.scale, planes*lane), need(a.shift, planes*lane), orElse(a.mask, &ones),
		need(a.sumX, planes*lane), need(a.sum, planes*lane), planes, n/planes/lane, 4*masks)
}

func callLinearTerm(a linearTerm, set, add func(dst, x, coef, constant *float32, planes, pixels, coefs, constants int)) {
	if a.add {
		set = add
	}
	n, planes := len(a.x), max(1, a.planes)
	step := func(c []float32) int {
		if c == nil {
			return 0
		}
		need(c, planes*lane)
		return 4 * lane
	}
	set(need(a.dst, n), need(a.x, planes*lane), orElse(a.coef, &ones), orElse(a.constant, &zeros),
		planes, n/planes/lane, step(a.coef), step(a.constant))
}

func callMoments(mean, m2, x []float32, f func(mean, m2, x *float32, pixels int, inverse float32)) {
	f(need(mean, lane), need(m2, lane), need(x, lane), len(x)/lane, lane/float32(len(x)))
}

func callSum(sum, x []float32, f func(sum, x *float32, pixels int)) {
	f(need(sum, lane), need(x, lane), len(x)/lane)
}

func callPrefetch(x []float32) { prefetchLines(need(x, 1), (len(x)+lane-1)/lane) }

func callTranspose(dst, src []float32, dstRow, srcRow int, f func(dst, src *float32, dstRow, srcRow int)) {
	f(need(dst, (lane-1)*dstRow+lane), need(src, (lane-1)*srcRow+lane), 4*dstRow, 4*srcRow)
}

// callAdam leaves what fills no block to the portable loop.
func callAdam(p, g, m, v []float32, c AdamCoefs, f func(p, g, m, v, c *float32, n int)) {
	n := len(p) &^ (lane - 1)
	if n > 0 {
		coefs := [...]float32{c.By, c.L2, c.Keep, c.Rest1, c.Beta2, c.Rest2, c.Rate, c.Root2, c.Eps}
		f(need(p, n), need(g, n), need(m, n), need(v, n), &coefs[0], n/lane)
	}
	AdamGeneric(p[n:], g[n:], m[n:], v[n:], c)
}

// check returns pointers to the frequencies and the band of a row of tiles of size
// pixels an axis. Rows of pixels are as long as they must be.
func (t *winoRow) check(size int) (freqs, band *float32) {
	return need(t.freqs, (winoAxis*winoAxis-1)*t.freq+t.tiles*lane),
		need(t.band, (winoAxis-1)*t.bandRow+max(winoTile*(t.tiles-1)+size, t.first+t.x1-t.x0)*lane)
}

// at returns row i of the pixels.
func (t *winoRow) at(i int) *float32 { return &t.pixels(i)[0] }

func callInput(t *winoRow, f func(dst, row0, row1, row2, row3, row4, row5, columns, tile *float32, pixels, tiles, bandRow, freq int)) {
	freqs, band := t.check(winoAxis)
	f(freqs, t.at(0), t.at(1), t.at(2), t.at(3), t.at(4), t.at(5), &t.band[t.first*lane], band, t.x1-t.x0, t.tiles, 4*t.bandRow, 4*t.freq)
}

func callGrad(t *winoRow, f func(dst, row0, row1, row2, row3, columns, tile *float32, pixels, tiles, bandRow, freq int)) {
	freqs, band := t.check(winoTile)
	f(freqs, t.at(0), t.at(1), t.at(2), t.at(3), &t.band[t.first*lane], band, t.x1-t.x0, t.tiles, 4*t.bandRow, 4*t.freq)
}

func callOutput(t *winoRow, f func(row0, row1, row2, row3, src, bias, tmp *float32, pixels, freq int)) {
	freqs, band := t.check(winoTile)
	f(t.at(0), t.at(1), t.at(2), t.at(3), freqs, need(t.bias, lane), band, t.x1-t.x0, 4*t.freq)
}

// reach returns how far 3×3 taps of adjacent vectors reach.
func (t *winoTransform) reach() int { return (t.tiles-1)*lane + 2*(t.row+t.col) + lane }

func callToFreqs(t winoTransform, f func(dst, src *float32, tiles, row, col, freq int)) {
	f(need(t.dst, (winoAxis*winoAxis-1)*t.freq+t.tiles*lane), need(t.src, t.reach()), t.tiles, 4*t.row, 4*t.col, 4*t.freq)
}

func callFromFreqs(t winoTransform, f func(dst, src *float32, tiles, row, col, freq int)) {
	f(need(t.dst, t.reach()), need(t.src, (winoAxis*winoAxis-1)*t.freq+t.tiles*lane), t.tiles, 4*t.row, 4*t.col, 4*t.freq)
}

// signalReach returns how far the size values of rows of tiles, next apart, reach.
func (t *winoTransform) signalReach(size, next, col int) int {
	return (t.rows-1)*t.row + (t.tiles-1)*next + (size-1)*col + lane
}

// signalFreqs returns how far the frequencies of rows of tiles reach.
func (t *winoTransform) signalFreqs() int { return (winoAxis-1)*t.freq + t.rows*t.tiles*lane }

func callSignalToFreqs(t winoTransform, size, next, col int, f func(dst, src *float32, rows, tiles, row, col, freq int)) {
	f(need(t.dst, t.signalFreqs()), need(t.src, t.signalReach(size, next, col)), t.rows, t.tiles, 4*t.row, 4*col, 4*t.freq)
}

func callSignalFromFreqs(t winoTransform, size, next, col int, f func(dst, src, bias *float32, rows, tiles, row, col, freq int)) {
	f(need(t.dst, t.signalReach(size, next, col)), need(t.src, t.signalFreqs()), orElse(t.bias, &zeros), t.rows, t.tiles, 4*t.row, 4*col, 4*t.freq)
}
