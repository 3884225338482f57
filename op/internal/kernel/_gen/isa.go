package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// isa is a vector instruction set. A block of 16 channels takes one register of
// AVX-512 or two of AVX2.
type isa struct {
	suffix string // of function names
	parts  int    // registers a block
	bytes  int    // of a register
	new    func() VecVirtual
	pixels [2]int // largest tile of 1 and of 2 output blocks; 0: none of that group
}

var (
	avx512 = isa{suffix: "512", parts: 1, bytes: 64, new: ZMM, pixels: [2]int{14, 14}}
	avx2   = isa{suffix: "256", parts: 2, bytes: 32, new: YMM, pixels: [2]int{6, 0}}
)

// all are written for, one after the other.
var all = []isa{avx512, avx2}

// block is 16 channels in registers.
type block []VecVirtual

func (v isa) block() block {
	b := make(block, v.parts)
	for i := range b {
		b[i] = v.new()
	}
	return b
}

func (v isa) zeroReg() VecVirtual {
	r := v.new()
	v.zeroTo(r)
	return r
}

func (v isa) zeroTo(r VecVirtual) {
	if v.parts == 1 {
		VPXORD(r, r, r)
	} else {
		VXORPS(r, r, r)
	}
}

func (v isa) zero() block {
	b := make(block, v.parts)
	for i := range b {
		b[i] = v.zeroReg()
	}
	return b
}

// load reads 16 floats at m.
func (v isa) load(m Mem) block {
	b := v.block()
	v.loadTo(m, b)
	return b
}

func (v isa) loadTo(m Mem, b block) {
	for i, r := range b {
		VMOVUPS(m.Offset(i*v.bytes), r)
	}
}

func (v isa) store(b block, m Mem) {
	for i, r := range b {
		VMOVUPS(r, m.Offset(i*v.bytes))
	}
}

// constants returns float32 constants as operands: registers of AVX-512, memory
// for AVX2, which has too few.
func (v isa) constants(name string, values ...float32) []Op {
	g := GLOBL(name, RODATA|NOPTR)
	out := make([]Op, len(values))
	for i, x := range values {
		for k := range 8 {
			DATA(32*i+4*k, U32(math.Float32bits(x)))
		}
		out[i] = g.Offset(32 * i)
		if v.parts == 1 {
			r := v.new()
			VBROADCASTSS(g.Offset(32*i), r)
			out[i] = r
		}
	}
	return out
}

// register returns a constant in a register.
func (v isa) register(c Op) VecVirtual {
	if r, ok := c.(VecVirtual); ok {
		return r
	}
	r := v.new()
	VMOVUPS(c, r)
	return r
}

func at(base Register, disp int) Mem { return Mem{Base: base, Disp: disp} }

// loop repeats body while the counter, decremented by step, stays above zero.
func loop(label string, counter Register, step int, body func()) {
	Label(label)
	body()
	SUBQ(Imm(uint64(step)), counter)
	JG(LabelRef(label))
}

func param(name string) Register { return Load(Param(name), GP64()) }

func label(name, part string) string { return fmt.Sprintf("%s_%s", name, part) }
