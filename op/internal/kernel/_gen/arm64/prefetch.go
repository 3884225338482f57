package main

// prefetch asks for a number of lines of 64 bytes from p on.
func (a *asm) prefetch() {
	a.function("prefetchLines", "p *float32, lines int", 0, func() {
		p, n := a.param("p"), a.param("lines")
		a.loop("line", n, 1, func() {
			a.op("PRFM", "(%s), PLDL1KEEP", p)
			a.addImm(p, 64)
		})
	})
}
