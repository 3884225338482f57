package kernel

// Arrays of rows (N,C) are plain, row after row. Inner loops take one row, of any
// length: the assembly its whole blocks of 16, the portable loop the rest.

// tmp is memory for what goes into an inner loop by address: in the first block
// numbers, in the others sums by lane. On the stack it would escape.
type tmp = *[3 * lane]float32

func (w *Workspace) tmp(worker int) tmp { return tmp(w.of(worker, useRow, 3*lane)) }

// sums returns where sums by lane are.
func sums(t tmp, i int) *[lane]float32 { return (*[lane]float32)(t[(1+i)*lane:]) }

// rows runs f over ranges of n rows of c values.
func (w *Workspace) rows(n, c int, f func(lo, hi int, t tmp)) {
	const size = 8192 // values of a range, some microseconds
	each := max(1, size/c)
	w.pool.Do((n+each-1)/each, func(i, worker int) { f(i*each, min(n, (i+1)*each), w.tmp(worker)) })
}

// SumRows computes dst (C) = Σ_n x (N,C).
func SumRows(w *Workspace, dst, x []float32) {
	const cols = 4 * lane
	c := len(dst)
	w.pool.Do((c+cols-1)/cols, func(i, _ int) {
		lo, hi := i*cols, min(c, (i+1)*cols)
		w.tier.sumRows(dst[lo:hi], x[lo:], c)
	})
}

// sumRowsGeneric is the reference of tier.sumRows: dst = Σ of rows of its length,
// stride values apart in x.
func sumRowsGeneric(dst, x []float32, stride int) {
	clear(dst)
	for ; len(x) >= len(dst); x = x[min(stride, len(x)):] {
		for k, v := range x[:len(dst)] {
			dst[k] += v
		}
		if len(x) < stride {
			return
		}
	}
}

// Mul computes y = a·b, value by value.
func Mul(w *Workspace, y, a, b []float32) {
	w.split(len(y), func(lo, hi int) { w.tier.mul(y[lo:hi], a[lo:hi], b[lo:hi]) })
}

// Sum computes y = Σ terms, in their order, on plain arrays of one length.
func Sum(w *Workspace, y []float32, terms [][]float32) {
	w.split(len(y), func(lo, hi int) {
		copy(y[lo:hi], terms[0][lo:hi])
		for _, x := range terms[1:] {
			w.add(y[lo:hi], x[lo:hi])
		}
	})
}

// mulGeneric is the reference of tier.mul.
func mulGeneric(y, a, b []float32) {
	for i, v := range a {
		y[i] = v * b[i]
	}
}

// dotGeneric is the reference of tier.dot: Σ a·b.
func dotGeneric(a, b []float32, _ tmp) float32 {
	var sum float32
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// add adds x to dst.
func (w *Workspace) add(dst, x []float32) {
	n := len(x) &^ (lane - 1)
	if n > 0 {
		w.tier.linearTerm(linearTerm{dst: dst[:n], x: x[:n], add: true})
	}
	for i, v := range x[n:] {
		dst[n+i] += v
	}
}

// scale multiplies x by c.
func (w *Workspace) scale(x []float32, c float32, t tmp) {
	n := len(x) &^ (lane - 1)
	if n > 0 {
		for k := range lane {
			t[k] = c
		}
		w.tier.linearTerm(linearTerm{dst: x[:n], x: x[:n], coef: t[:lane]})
	}
	for i := range x[n:] {
		x[n+i] *= c
	}
}

// shift adds c to x.
func (w *Workspace) shift(x []float32, c float32, t tmp) {
	n := len(x) &^ (lane - 1)
	if n > 0 {
		for k := range lane {
			t[k] = c
		}
		w.tier.linearTerm(linearTerm{dst: x[:n], x: x[:n], constant: t[:lane]})
	}
	for i := range x[n:] {
		x[n+i] += c
	}
}

// silu computes y = SiLU(x).
func (w *Workspace) silu(y, x []float32) {
	n := len(x) &^ (lane - 1)
	if n > 0 {
		w.tier.affineSiLU(affineRows{dst: y[:n], src: x[:n], scale: ones[:], shift: zeros[:], rows: 1, width: n / lane})
	}
	for i, v := range x[n:] {
		y[n+i] = v * sigmoid(v)
	}
}

// siluBack computes dx = dy·SiLU'(x); dx may be dy.
func (w *Workspace) siluBack(dx, dy, x []float32, t tmp) {
	copy(dx, dy)
	n := len(x) &^ (lane - 1)
	if n > 0 {
		w.tier.siluGrad(siluGrad{g: dx[:n], x: x[:n], scale: ones[:], shift: zeros[:], sumX: sums(t, 0)[:], sum: sums(t, 1)[:]})
	}
	for i, v := range x[n:] {
		s := sigmoid(v)
		dx[n+i] *= s * (1 + v*(1-s))
	}
}

var ones, zeros = [lane]float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, [lane]float32{}
