//go:build mpi && !mpich

package dist

// #cgo pkg-config: ompi-c
import "C"

// implementation of MPI that the program is built with.
const implementation = "Open MPI"
