package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// prefetch asks for a number of lines of 64 bytes from p on.
func prefetch() {
	TEXT("prefetchLines", NOSPLIT, "func(p *float32, lines int)")
	Pragma("noescape")
	p, n := param("p"), param("lines")
	loop("prefetchLines_line", n, 1, func() {
		PREFETCHT0(at(p, 0))
		ADDQ(Imm(64), p)
	})
	RET()
}
