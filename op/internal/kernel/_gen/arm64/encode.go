package main

import "fmt"

// Vector instructions, all on four floats, with the destination first as in
// Arm's manual. Go's assembler knows a few of them; the others are written as
// words, with the mnemonic beside.

// fmla is d += n·m, rounded once.
func (a *asm) fmla(d, n, m vec) { a.op("VFMLA", "V%d.S4, V%d.S4, V%d.S4", m, n, d) }

// fmls is d -= n·m, rounded once.
func (a *asm) fmls(d, n, m vec) { a.op("VFMLS", "V%d.S4, V%d.S4, V%d.S4", m, n, d) }

func (a *asm) mov(d, n vec) { a.op("VMOV", "V%d.B16, V%d.B16", n, d) }

func (a *asm) zero(d vec) { a.op("VEOR", "V%d.B16, V%d.B16, V%d.B16", d, d, d) }

// addInt, subInt and shl work on integers of 32 bits.
func (a *asm) addInt(d, n, m vec) { a.op("VADD", "V%d.S4, V%d.S4, V%d.S4", m, n, d) }
func (a *asm) subInt(d, n, m vec) { a.op("VSUB", "V%d.S4, V%d.S4, V%d.S4", m, n, d) }
func (a *asm) shl(d, n vec, bits int) {
	a.op("VSHL", "$%d, V%d.S4, V%d.S4", bits, n, d)
}

// Opcodes, "Advanced SIMD" in the Arm Architecture Reference Manual: three
// registers of the same kind, two registers, shift by immediate, and vector by
// element.
const (
	opFADD   = 0x4e20d400
	opFSUB   = 0x4ea0d400
	opFMUL   = 0x6e20dc00
	opFDIV   = 0x6e20fc00
	opFMAX   = 0x4e20f400
	opFMIN   = 0x4ea0f400
	opFSQRT  = 0x6ea1f800
	opFNEG   = 0x6ea0f800
	opFRINTN = 0x4e218800
	opFCVTZS = 0x4ea1b800
	opSSHR   = 0x4f000400
	opFMLAE  = 0x4f801000
	opFADD64 = 0x4e60d400
	opFSUB64 = 0x4ee0d400
	opFMUL64 = 0x6e60dc00
	opFCVTL  = 0x0e617800
	opFCVTN  = 0x0e616800
	opLD1R   = 0x4dc0c800 // of floats, moving on by a register
	opLD1R64 = 0x4dc0cc00
)

// three encodes d = n op m.
func three(op uint32, d, n, m vec) uint32 { return op | uint32(m)<<16 | uint32(n)<<5 | uint32(d) }

// two encodes d = op n.
func two(op uint32, d, n vec) uint32 { return op | uint32(n)<<5 | uint32(d) }

// rightShift encodes d = n shifted right by 1 to 32 bits.
func rightShift(op uint32, d, n vec, bits int) uint32 { return two(op, d, n) | uint32(64-bits)<<16 }

// byElement encodes d = d op n·m[i]; the low bit of i is bit 21 (L), the high one
// bit 11 (H).
func byElement(op uint32, d, n, m vec, i int) uint32 {
	return three(op, d, n, m) | uint32(i&1)<<21 | uint32(i>>1)<<11
}

// word writes an instruction that Go's assembler lacks.
func (a *asm) word(code uint32, format string, operands ...any) {
	a.op("WORD", "$0x%08x // %s", code, fmt.Sprintf(format, operands...))
}

func (a *asm) three(op uint32, name string, d, n, m vec) {
	a.word(three(op, d, n, m), "%s V%d.4S, V%d.4S, V%d.4S", name, d, n, m)
}

func (a *asm) two(op uint32, name string, d, n vec) {
	a.word(two(op, d, n), "%s V%d.4S, V%d.4S", name, d, n)
}

func (a *asm) fadd(d, n, m vec) { a.three(opFADD, "FADD", d, n, m) }
func (a *asm) fsub(d, n, m vec) { a.three(opFSUB, "FSUB", d, n, m) }
func (a *asm) fmul(d, n, m vec) { a.three(opFMUL, "FMUL", d, n, m) }
func (a *asm) fdiv(d, n, m vec) { a.three(opFDIV, "FDIV", d, n, m) }
func (a *asm) fmax(d, n, m vec) { a.three(opFMAX, "FMAX", d, n, m) }
func (a *asm) fmin(d, n, m vec) { a.three(opFMIN, "FMIN", d, n, m) }
func (a *asm) fsqrt(d, n vec)   { a.two(opFSQRT, "FSQRT", d, n) }
func (a *asm) fneg(d, n vec)    { a.two(opFNEG, "FNEG", d, n) }

// frintn rounds to the nearest integer, which stays a float.
func (a *asm) frintn(d, n vec) { a.two(opFRINTN, "FRINTN", d, n) }

// fcvtzs converts to integers.
func (a *asm) fcvtzs(d, n vec) { a.two(opFCVTZS, "FCVTZS", d, n) }

// sshr shifts integers to the right, keeping their sign.
func (a *asm) sshr(d, n vec, bits int) {
	a.word(rightShift(opSSHR, d, n, bits), "SSHR V%d.4S, V%d.4S, #%d", d, n, bits)
}

// fmlaElement is d += n·m[i], rounded once.
func (a *asm) fmlaElement(d, n, m vec, i int) {
	a.word(byElement(opFMLAE, d, n, m, i), "FMLA V%d.4S, V%d.4S, V%d.S[%d]", d, n, m, i)
}

// replicate reads a value of 4 or 8 bytes into all places of v and moves the
// base on by step bytes.
func (a *asm) replicate(v vec, base, step gp, bytes int) {
	op, kind := uint32(opLD1R), "4S"
	if bytes == 8 {
		op, kind = opLD1R64, "2D"
	}
	a.word(op|step.number()<<16|base.number()<<5|uint32(v), "LD1R {V%d.%s}, [X%d], X%d", v, kind, base.number(), step.number())
}

// fmlaOf is fmla on values of 4 or 8 bytes.
func (a *asm) fmlaOf(bytes int, d, n, m vec) {
	if bytes == 4 {
		a.fmla(d, n, m)
		return
	}
	a.op("VFMLA", "V%d.D2, V%d.D2, V%d.D2", m, n, d)
}

// faddOf is fadd on values of 4 or 8 bytes.
func (a *asm) faddOf(bytes int, d, n, m vec) {
	if bytes == 4 {
		a.fadd(d, n, m)
		return
	}
	a.word(three(opFADD64, d, n, m), "FADD V%d.2D, V%d.2D, V%d.2D", d, n, m)
}

// fsub64 and fmul64 work on two values of float64.
func (a *asm) fsub64(d, n, m vec) {
	a.word(three(opFSUB64, d, n, m), "FSUB V%d.2D, V%d.2D, V%d.2D", d, n, m)
}

func (a *asm) fmul64(d, n, m vec) {
	a.word(three(opFMUL64, d, n, m), "FMUL V%d.2D, V%d.2D, V%d.2D", d, n, m)
}

// fcvtl widens the two floats in the lower half of n to float64; fcvtn rounds them
// back.
func (a *asm) fcvtl(d, n vec) { a.word(two(opFCVTL, d, n), "FCVTL V%d.2D, V%d.2S", d, n) }
func (a *asm) fcvtn(d, n vec) { a.word(two(opFCVTN, d, n), "FCVTN V%d.2S, V%d.2D", d, n) }

// zip interleaves the lower (half 1) or upper (2) halves of n and m.
func (a *asm) zip(half int, d, n, m vec) {
	a.op(fmt.Sprintf("VZIP%d", half), "V%d.S4, V%d.S4, V%d.S4", m, n, d)
}
