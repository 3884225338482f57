package kernel

import "unsafe"

// lane is the number of channels in a block.
const lane = 16

// Shape is the logical shape of an activation.
type Shape struct{ N, C, H, W int }

// Blocks returns the number of blocks of 16 channels.
func (s Shape) Blocks() int { return (s.C + lane - 1) / lane }

// Len returns the number of floats in blocked layout.
func (s Shape) Len() int { return s.N * s.sample() }

// sample returns the number of floats of one sample in blocked layout.
func (s Shape) sample() int { return s.Blocks() * s.plane() }

// plane returns the number of floats of one block of one sample.
func (s Shape) plane() int { return s.H * s.W * lane }

// block returns block b of sample n of x.
func (s Shape) block(x []float32, n, b int) []float32 {
	return x[n*s.sample()+b*s.plane():][:s.plane()]
}

// Alloc returns n zeroed floats, aligned to 64 bytes.
func Alloc(n int) []float32 {
	b := make([]float32, n+lane)
	off := int(-uintptr(unsafe.Pointer(unsafe.SliceData(b)))%64) / 4
	return b[off : off+n : off+n]
}
