//go:build mpi && !mpich

package dist_test

// What tests depend on that is Open MPI's.
const (
	tags             = "mpi"
	launcherVariable = "OMPI_COMM_WORLD_SIZE"
	otherVariable    = "PMI_SIZE"
)

var launcherFlags = []string{"--oversubscribe", "--bind-to", "none"}
