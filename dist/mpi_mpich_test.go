//go:build mpi && mpich

package dist_test

// What tests depend on that is MPICH's.
const (
	tags             = "mpi,mpich"
	launcherVariable = "PMI_SIZE"
	otherVariable    = "OMPI_COMM_WORLD_SIZE"
)

var launcherFlags []string
