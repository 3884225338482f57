package kernel

// Term is Coef·X, with a coefficient for each sample and channel (N, 16·Blocks);
// Coef nil means 1.
type Term struct{ Coef, X []float32 }

// Accumulate writes dst = Σ Coef·X + constant in one pass. constant, of the size
// of a coefficient, may be nil.
func Accumulate(w *Workspace, dst []float32, terms []Term, constant []float32, s Shape) {
	p := s.plane()
	w.planes(s, func(i, _ int) {
		d := dst[i*p:][:p]
		for t, term := range terms {
			a := linearTerm{dst: d, x: term.X[i*p:][:p], add: t > 0}
			if term.Coef != nil {
				a.coef = term.Coef[i*lane:][:lane]
			}
			if t == 0 && constant != nil {
				a.constant = constant[i*lane:][:lane]
			}
			w.tier.linearTerm(a)
		}
	})
}

// linearTerm is dst (+)= coef·x + constant on one plane; the plane stays in
// cache from term to term.
type linearTerm struct {
	dst, x         []float32
	coef, constant []float32 // 16 each, or nil
	add            bool
}

// linearTermGeneric is the reference of tier.linearTerm.
func linearTermGeneric(a linearTerm) {
	var coef, constant [lane]float32
	for k := range coef {
		coef[k] = 1
	}
	copy(coef[:], a.coef)
	copy(constant[:], a.constant)
	for i, x := range a.x {
		v := coef[i%lane]*x + constant[i%lane]
		if a.add {
			v += a.dst[i]
		}
		a.dst[i] = v
	}
}
