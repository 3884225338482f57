// Package hlo writes StableHLO modules as text.
//
// The text is MLIR's generic form, which has changed least between versions:
// plugins for StableHLO 1.13 to 1.22 read it. It is a function of the calls alone,
// so that equal graphs give equal modules and compiled ones can be cached by it.
//
// A [Module] has one function. Its methods append operations to it and return
// their results; shapes that do not fit each other are programming errors, and
// panic.
//
//	m := hlo.New()
//	x := m.Arg(hlo.F32, 2, 3)
//	text := m.Text(m.Add(x, m.Num(1, x)))
package hlo
