//go:build mpi && mpich

package dist

// #cgo pkg-config: mpich
import "C"

// implementation of MPI that the program is built with.
const implementation = "MPICH"
