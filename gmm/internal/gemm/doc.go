// Package gemm multiplies float64 matrices, where one factor is used many
// times and therefore packed once.
//
//	C (m,n) += A (m,k) · B (k,n)
//
// A micro-kernel computes a tile of C from a strip of A and a panel of B, both
// packed so that it reads them in order; tiers of it exist for AVX-512, AVX2
// and, in Go, for everything else. The assembly is generated (see _gen) and
// checked in. An element of C is summed in the order of k whatever the other
// rows are, so that results depend neither on batching nor on threads.
//
// The package exists because gonum's product, which has no kernel of that
// kind, is ten times slower on this project's largest mixtures.
package gemm
