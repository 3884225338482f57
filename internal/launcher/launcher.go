// Package launcher tells what started this process: a launcher of several processes,
// such as mpirun and srun, says in the environment how many there are.
package launcher

import (
	"os"
	"strconv"
	"strings"
)

// Launch is what a launcher says of its job.
type Launch struct {
	By    string // the variable that tells of it; "" where there is no launcher
	Size  int    // processes of the job; 0 where that is not told
	Local int    // those among them on this machine; 0 where that is not told
}

// launchers are what tell of a job, and of its processes on one machine. Those that
// mpirun sets come first: it may itself have been started by srun, whose variables
// are of the processes that srun started.
var launchers = []struct{ size, local string }{
	{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"}, // Open MPI
	{"PMI_SIZE", "MPI_LOCALNRANKS"},                        // MPICH, and srun --mpi=pmi2
	{"SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE"},  // srun; a batch script alone does not have it
	{"PMIX_RANK", ""}, // others that use PMIx: the rank alone
}

// Detect reads the environment of this process.
func Detect() Launch { return detect(os.Getenv) }

func detect(getenv func(string) string) Launch {
	for _, l := range launchers {
		text := getenv(l.size)
		if text == "" {
			continue
		}
		launch := Launch{By: l.size}
		if n, err := strconv.Atoi(text); err == nil && l.local != "" {
			launch.Size = n
			// Slurm writes 2(x3),1: two on each of three machines, then one.
			local, _, _ := strings.Cut(getenv(l.local), "(")
			local, _, _ = strings.Cut(local, ",")
			launch.Local, _ = strconv.Atoi(local) // 0 where it says nothing of use
		}
		return launch
	}
	return Launch{}
}

// Several tells whether this may be one of several processes.
func (l Launch) Several() bool { return l.By != "" && l.Size != 1 }

// Processes says how many there are, in words.
func (l Launch) Processes() string {
	if l.Size == 0 {
		return "several processes"
	}
	return strconv.Itoa(l.Size) + " processes"
}
