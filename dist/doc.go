// Package dist lets several processes work on one thing: the ranks of a [Group].
//
// One process is the default and needs nothing. [Open] returns the group that an MPI
// launcher started, in programs that are built with it:
//
//	go build -tags mpi ./cmd/...         # Open MPI
//	go build -tags mpi,mpich ./cmd/...   # MPICH
//
// and refuses to run under a launcher that the program cannot join, where every
// process would take itself for the only one.
//
// MPI carries messages between two ranks and nothing else. What is made of them is
// written here, so that sums do not depend on an implementation: large arrays go
// round a ring, in which the sum of part c of p begins with rank c and goes on with
// rank c+1, c+2, … (mod p); small ones go up a binomial tree. Both orders depend on
// the number of ranks alone, so that a repeated run is bitwise the same.
//
// Results that must not depend on the number of ranks either are computed in pieces
// that do not: [Map] shares pieces out, and every rank has all of them afterwards, in
// their order.
package dist
