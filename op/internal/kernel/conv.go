package kernel

import "fmt"

// ConvSpec is a convolution with stride 1 and an output of the input's size.
type ConvSpec struct {
	In        Shape
	Out       int // output channels
	KH, KW    int // taps, 1 or 3 each; a signal has KH = 1
	Replicate bool
	Anew      bool // weights are set before each use: no memory is kept for packed ones
}

// Conv computes one convolution and its gradients. It owns the weights packed for
// Forward, unless they are set Anew: then those, as always those for BackwardData,
// last until another convolution of the workspace packs its own. All scratch memory
// belongs to the workspace.
type Conv struct {
	ConvSpec
	w                 *Workspace
	out               Shape     // of the result
	forward, backward []float32 // packed weights; backward transposed and flipped
	bias              []float32
	wino              *winograd // nil: direct
}

// maxElements bounds the sizes of one sample and of the weights, so that
// products of dimensions cannot overflow.
const maxElements = 1 << 28

// NewConv checks the shape and prepares memory for the packed weights.
func NewConv(spec ConvSpec, w *Workspace) (*Conv, error) {
	s := spec.In
	for _, k := range []int{spec.KH, spec.KW} {
		if k != 1 && k != 3 {
			return nil, fmt.Errorf("kernel of %d×%d taps, want 1 or 3", spec.KH, spec.KW)
		}
	}
	for _, d := range []int{s.N, s.C, s.H, s.W, spec.Out} {
		if d < 1 || d > maxElements {
			return nil, fmt.Errorf("shape %+v to %d channels is empty or too large", s, spec.Out)
		}
	}
	c := &Conv{ConvSpec: spec, w: w, out: Shape{s.N, spec.Out, s.H, s.W}}
	if float64(max(c.Blocks(), c.out.Blocks()))*float64(s.H+2)*float64(s.W+2) > maxElements/lane ||
		float64(c.Blocks())*float64(c.out.Blocks()) > maxElements/(9*lane*lane) {
		return nil, fmt.Errorf("shape %+v to %d channels is too large", s, spec.Out)
	}
	c.bias = Alloc(c.out.Blocks() * lane)
	if n := max(c.Blocks(), c.out.Blocks(), s.W) * lane; len(w.zero) < n {
		w.zero = Alloc(n)
	}
	if !w.direct {
		c.wino = newWinograd(spec, w.tier)
	}
	if c.Anew { // a training step's: gradients come as well
		w.reserve(useForward, c.packedSize())
		w.reserve(useBackward, c.packedSize())
		if c.byFrequency() {
			w.reserve(useGradients, c.packedSize())
		}
	}
	return c, nil
}

// Blocks returns the blocks of the input.
func (c *Conv) Blocks() int { return c.In.Blocks() }

// SetWeights packs w (Out,In,KH,KW) and b (Out), nil meaning zeros, for Forward.
func (c *Conv) SetWeights(w, b []float32) {
	if len(w) != c.Out*c.In.C*c.KH*c.KW || b != nil && len(b) != c.Out {
		panic(fmt.Sprintf("%d weights and %d biases do not fit a convolution of %d to %d channels", len(w), len(b), c.In.C, c.Out))
	}
	clear(c.bias)
	copy(c.bias, b)
	switch {
	case c.Anew:
		c.forward = c.w.common(useForward, c.packedSize())
	case c.forward == nil:
		c.forward = Alloc(c.packedSize())
	}
	c.pack(c.forward, filters{w: w, out: c.Out, in: c.In.C, taps: c.KH * c.KW})
}

// SetWeightsBackward packs w for BackwardData.
func (c *Conv) SetWeightsBackward(w []float32) {
	if len(w) != c.Out*c.In.C*c.KH*c.KW {
		panic(fmt.Sprintf("%d weights do not fit a convolution of %d to %d channels", len(w), c.In.C, c.Out))
	}
	c.backward = c.w.common(useBackward, c.packedSize())
	c.pack(c.backward, filters{w: w, out: c.Out, in: c.In.C, taps: c.KH * c.KW, transposed: true})
}

// packedSize returns the number of packed weights, transposed or not.
func (c *Conv) packedSize() int {
	n := c.Blocks() * c.out.Blocks() * lane
	if c.wino != nil {
		return c.wino.freqs * stride(n)
	}
	return n * lane * c.KH * c.KW
}

// pack packs f for the tiles.
func (c *Conv) pack(dst []float32, f filters) {
	if c.wino != nil {
		c.wino.transformWeights(c.w, dst, f)
	} else {
		f.pack(c.w, dst)
	}
}

// Uses of scratch memory.
const (
	usePadded    = iota // a sample with its halo
	usePadded2          // a second one
	useSums             // sums nobody asked for
	useRow              // numbers for, and sums of, a row
	usePlane            // products of two planes
	useBand             // rows of tiles between the axes of a transform
	useFreqs            // inputs of Winograd's products
	useProducts         // the products, or the gradients of outputs
	useGradients        // gradients of the weights in Winograd's frequencies
	usePacked           // weights between two blocks on their way to or from tiles
	useEdge             // those of blocks that are not full
	useTaps             // weights before they go to Winograd's frequencies
	useForward          // packed weights of the convolution in work
	useBackward         // likewise, for the gradient of the data
	uses                // their number
)

// padded is scratch memory that holds the blocks of a sample with their halo;
// or of several samples of a signal, one a row.
type padded struct {
	data       []float32
	hy, hx     int // halo rows and columns on each side
	rows, cols int // with the halo
}

// samples returns how many samples are convolved together: one image, or as
// many signals as fill a part of the cache.
func (c *Conv) samples(channels int) int {
	if c.wino != nil {
		return c.wino.samples
	}
	if c.In.H > 1 || c.KH > 1 {
		return 1
	}
	const cache = 16 << 10 // floats
	n := max(1, cache/(((channels+lane-1)/lane)*(c.In.W+2)*lane))
	return min(n, max(1, c.In.N/weightChunks), 32)
}

// newPadded returns the layout of samples of shape s together, without memory.
func newPadded(s Shape, samples, hy, hx int) padded {
	return padded{hy: hy, hx: hx, rows: s.H*samples + 2*hy, cols: s.W + 2*hx}
}

func (p *padded) plane() int { return p.rows * p.cols * lane }

// clearHalo zeroes the halo of block b.
func (p *padded) clearHalo(b int) {
	d := p.data[b*p.plane():][:p.plane()]
	row := p.cols * lane
	clear(d[:p.hy*row])
	clear(d[(p.rows-p.hy)*row:])
	if p.hx == 0 {
		return
	}
	for r := p.hy; r < p.rows-p.hy; r++ {
		clear(d[r*row:][:p.hx*lane])
		clear(d[(r+1)*row-p.hx*lane:][:p.hx*lane])
	}
}

// replicateHalo fills a halo of at most one pixel of block b with the nearest
// pixels.
func (p *padded) replicateHalo(b int) { p.replicate(b, p.hy, p.rows-p.hy) }

// replicate does so around rows [r0,r1), which hold pixels.
func (p *padded) replicate(b, r0, r1 int) {
	d := p.data[b*p.plane():][:p.plane()]
	row := p.cols * lane
	if p.hx > 0 {
		for r := r0; r < r1; r++ {
			line := d[r*row:][:row]
			copy(line[:lane], line[lane:2*lane])
			copy(line[row-lane:], line[row-2*lane:row-lane])
		}
	}
	for r := range r0 {
		copy(d[r*row:][:row], d[r0*row:])
	}
	for r := r1; r < p.rows; r++ {
		copy(d[r*row:][:row], d[(r1-1)*row:])
	}
}

// interior returns block b of sample number i of height h from its first pixel
// inside the halo.
func (p *padded) interior(b, i, h int) []float32 {
	return p.data[b*p.plane()+((p.hy+i*h)*p.cols+p.hx)*lane:]
}

// fill copies block b of samples [n0,n1) of x into the interior, applying pre.
func (p *padded) fill(w *Workspace, x []float32, s Shape, n0, n1, b int, pre Prologue) {
	if s.H == 1 {
		p.fillSignals(w, p.interior(b, 0, 1), x, s, n0, n1, b, pre)
		return
	}
	for n := n0; n < n1; n++ {
		p.fillPlane(w, p.interior(b, n-n0, s.H), x, s, n, b, pre)
	}
}

// fillSignals is fill of signals, each a row of p from dst on.
func (p *padded) fillSignals(w *Workspace, dst, x []float32, s Shape, n0, n1, b int, pre Prologue) {
	if pre.Scale == nil || pre.Linear {
		for n := n0; n < n1; n++ {
			p.fillPlane(w, dst[(n-n0)*p.cols*lane:], x, s, n, b, pre)
		}
		return
	}
	c := pre.from(n0, b, s.Blocks())
	w.tier.affineSiLU(affineRows{dst: dst, src: x[n0*s.sample()+b*s.plane():], rows: n1 - n0, width: s.W,
		dstRow: p.cols * lane, srcRow: s.sample(), coefs: s.Blocks() * lane, scale: c.Scale, shift: c.Shift, mask: c.Mask})
}

// fillPlane copies block b of sample n of x to rows of p from dst on, applying pre.
func (p *padded) fillPlane(w *Workspace, dst, x []float32, s Shape, n, b int, pre Prologue) {
	p.fillRows(w, dst, x[n*s.sample()+b*s.plane():][:s.plane()], s.H, s.W, pre.at(n, b, s.Blocks()))
}

// fillRows copies rows of a plane to rows of p from dst on, applying the
// prologue of the plane.
func (p *padded) fillRows(w *Workspace, dst, src []float32, rows, width int, pre Prologue) {
	if pre.Scale != nil {
		w.activateRows(dst, src, rows, width, p.cols*lane, pre)
		return
	}
	for r := range rows {
		copy(dst[r*p.cols*lane:], src[r*width*lane:][:width*lane])
	}
}

// fillInput fills block b of the padded inputs of samples [n0,n1).
func (c *Conv) fillInput(p *padded, x []float32, n0, n1, b int, pre Prologue) {
	p.fill(c.w, x, c.In, n0, n1, b, pre)
	if c.Replicate {
		p.replicateHalo(b)
	} else {
		p.clearHalo(b)
	}
}

// output returns where samples of shape s from n on go in dst: an image is rows
// of its own, signals are one row each.
func output(dst []float32, s Shape, n int) area {
	a := area{dst: dst[n*s.sample():], blockStep: s.plane(), next: s.W * lane, width: s.W}
	if s.H == 1 {
		a.next = s.sample()
	}
	return a
}
