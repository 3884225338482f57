package kernel

// winoRow is a row of tiles of an image, which goes to the frequencies down its columns
// and then along its rows, or back. Between the two lie six rows of a band. Pixels
// outside the image are zeros of the band, or rows of zeros: nothing is copied for them.
type winoRow struct {
	freqs []float32 // of the first tile
	freq  int       // floats from frequency to frequency
	tiles int

	plane         []float32
	height, width int       // of the plane
	y             int       // row of the plane that is the tiles' first, perhaps outside
	x0, x1        int       // columns
	outside       []float32 // stands for rows outside the plane
	bias          []float32 // 16, added to outputs

	band    []float32 // scratch memory
	bandRow int       // floats of a row of it
	first   int       // column of the band of the first pixel
	part    *winoRow  // memory for some tiles of the row
}

// rowMemory is memory for a row of tiles of a worker, and for a part of one.
type rowMemory struct{ whole, part winoRow }

// maxColumns is how many tiles of a row are transformed together: as many as keep the
// band in the first cache.
const maxColumns = 16

// activeFloats is how many values of f(x) are computed at a time, which the first cache
// keeps.
const activeFloats = 1 << 15

// row returns what rows of tiles with a halo of columns have in common.
func (w *winograd) row(ws *Workspace, worker, halo int) *winoRow {
	t := &ws.tileRows[worker].whole
	*t = winoRow{part: &ws.tileRows[worker].part, height: w.s.H, width: w.s.W, x1: w.s.W, tiles: w.tx, first: halo,
		outside: ws.zeros(w.s.W * lane), bandRow: (winoTile*min(w.tx, maxColumns) + 2*halo) * lane}
	t.band = ws.of(worker, useBand, winoAxis*t.bandRow)
	if w.tx <= maxColumns {
		t.clearOutside()
	}
	return t
}

// clearOutside zeroes the columns of the band that are not in the image.
func (t *winoRow) clearOutside() {
	for r := 0; r < len(t.band); r += t.bandRow {
		clear(t.band[r:][:t.first*lane])
		clear(t.band[r+(t.first+t.x1-t.x0)*lane : r+t.bandRow])
	}
}

// pixels returns row i of those that the tiles cover.
func (t *winoRow) pixels(i int) []float32 {
	if y := t.y + i; y >= 0 && y < t.height {
		return t.plane[(y*t.width+t.x0)*lane : (y*t.width+t.x1)*lane]
	}
	return t.outside[:(t.x1-t.x0)*lane]
}

// each calls f for as many tiles of the row at a time as the band has room for.
func (t *winoRow) each(f func(*winoRow)) {
	if t.tiles <= maxColumns {
		f(t)
		return
	}
	p := t.part
	for c := 0; c < t.tiles; c += maxColumns {
		*p = *t
		p.freqs, p.tiles = t.freqs[c*lane:], min(maxColumns, t.tiles-c)
		left := winoTile*c - t.first // of the band, in the image
		p.x0, p.x1 = max(left, 0), min(winoTile*(c+p.tiles)+t.first, t.width)
		p.first = p.x0 - left
		p.clearOutside()
		f(p)
	}
}

// inputRows writes the frequencies of rows [r0,r1) of tiles of a plane, as f(x), to v
// from at on.
func (w *winograd) inputRows(ws *Workspace, worker int, t *winoRow, v spectrum, at int, plane []float32, r0, r1 int, pre Prologue) {
	t.plane, t.freq = plane, v.freq
	size := w.s.W * lane
	done, last := w.s.H, w.s.H // rows of f(x)
	if pre.Scale != nil {
		done, last = max(winoTile*r0-1, 0), min(winoTile*r1+1, w.s.H)
		t.plane = ws.of(worker, usePadded, len(plane))
	}
	for r := r0; r < r1; r++ {
		t.y = winoTile*r - 1
		if done < min(t.y+winoAxis, last) {
			n := min(max(activeFloats/size, winoAxis), last-done)
			ws.activateRows(t.plane[done*size:], plane[done*size:][:n*size], n, w.s.W, size, pre)
			done += n
		}
		t.freqs = v.data[at+r*w.tx*lane:]
		t.each(ws.tier.winoInput)
	}
}

// gradRows writes the frequencies of rows [r0,r1) of tiles of a plane of the gradient of
// outputs to d from at on.
func (w *winograd) gradRows(ws *Workspace, t *winoRow, d spectrum, at int, plane []float32, r0, r1 int) {
	t.plane, t.freq = plane, d.freq
	for r := r0; r < r1; r++ {
		t.y, t.freqs = winoTile*r, d.data[at+r*w.tx*lane:]
		t.each(ws.tier.winoGrad)
	}
}

// outputRows writes rows [r0,r1) of tiles of a plane from m, at and following.
func (w *winograd) outputRows(ws *Workspace, worker int, t *winoRow, plane []float32, m spectrum, at int, bias []float32, r0, r1 int) {
	t.plane, t.freq, t.bias = plane, m.freq, bias
	t.outside = ws.of(worker, usePadded, w.s.W*lane) // what is written there is of no use
	for r := r0; r < r1; r++ {
		t.y, t.freqs = winoTile*r, m.data[at+r*w.tx*lane:]
		t.each(ws.tier.winoOutput)
	}
}
