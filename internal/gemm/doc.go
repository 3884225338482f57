// Package gemm multiplies matrices of float32 or float64 whose right factor is
// packed, once for many uses or at each.
//
//	C (m,n)  =  A (m,k) · B (k,n)  (+ bias (n), or + C)
//
// A and B may each be given transposed, so the three products of a linear layer
// y = x·Wᵀ + b, dx = dy·W, dW = dyᵀ·x need no copies of their own.
//
// A micro-kernel accumulates a tile of C, rows of A by a panel of B, in
// registers. B is packed into panels that it reads in order and that stay in the
// first-level cache; A is copied, rows or columns as they are, into scratch
// memory of each worker. The kernels exist for AVX-512, AVX2 and NEON, generated
// (see _gen) and checked in, and in portable Go, which is the reference loop.
//
// An element of C is summed in the order of k, in blocks of blockK, whatever the
// other rows and columns are: results depend neither on batching nor on threads.
package gemm

//go:generate go -C _gen run . -out ../asm_amd64.s -stubs ../asm_amd64.go -pkg gemm
//go:generate go -C ../../op/internal/kernel/_gen run ./arm64 -pkg gemm -dir ../../../../internal/gemm
