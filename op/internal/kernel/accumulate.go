package kernel

// Term is Coef·X, with a coefficient for each sample and channel (N, 16·Blocks);
// Coef nil means 1.
type Term struct{ Coef, X []float32 }

// Accumulate writes dst = Σ Coef·X + constant in one pass. constant, of the size
// of a coefficient, may be nil.
func Accumulate(w *Workspace, dst []float32, terms []Term, constant []float32, s Shape) {
	p := s.plane()
	w.planeRanges(s, func(i0, i1, _ int) {
		few := max(1, 4096/p) // planes, which stay in the first cache from term to term
		for ; i0 < i1; i0 += few {
			n := min(few, i1-i0)
			d := dst[i0*p:][:n*p]
			for t, term := range terms {
				a := linearTerm{dst: d, x: term.X[i0*p:][:n*p], planes: n, add: t > 0}
				if term.Coef != nil {
					a.coef = term.Coef[i0*lane:][:n*lane]
				}
				if t == 0 && constant != nil {
					a.constant = constant[i0*lane:][:n*lane]
				}
				w.tier.linearTerm(a)
			}
		}
	})
}

// linearTerm is dst (+)= coef·x + constant on planes of one size, one after the
// other as their coefficients.
type linearTerm struct {
	dst, x         []float32
	planes         int       // 0: one
	coef, constant []float32 // 16 of each plane, or nil
	add            bool
}

// linearTermGeneric is the reference of tier.linearTerm.
func linearTermGeneric(a linearTerm) {
	plane := len(a.x) / max(1, a.planes)
	for i, x := range a.x {
		coef, constant := float32(1), float32(0)
		k := i/plane*lane + i%lane
		if a.coef != nil {
			coef = a.coef[k]
		}
		if a.constant != nil {
			constant = a.constant[k]
		}
		v := coef*x + constant
		if a.add {
			v += a.dst[i]
		}
		a.dst[i] = v
	}
}
