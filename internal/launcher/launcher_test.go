package launcher

import "testing"

// The variables are those that the launchers' own documents name.
func TestDetect(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want Launch
	}{
		"none":                     {nil, Launch{}},
		"mpirun":                   {map[string]string{"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_SIZE": "2"}, Launch{"OMPI_COMM_WORLD_SIZE", 4, 2}},
		"mpirun below srun":        {map[string]string{"OMPI_COMM_WORLD_SIZE": "8", "SLURM_STEP_NUM_TASKS": "2"}, Launch{"OMPI_COMM_WORLD_SIZE", 8, 0}},
		"hydra":                    {map[string]string{"PMI_SIZE": "3", "MPI_LOCALNRANKS": "3", "PMI_RANK": "0"}, Launch{"PMI_SIZE", 3, 3}},
		"srun --mpi=pmix":          {map[string]string{"PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "7", "SLURM_STEP_TASKS_PER_NODE": "2(x3),1"}, Launch{"SLURM_STEP_NUM_TASKS", 7, 2}},
		"batch script":             {map[string]string{"SLURM_NTASKS": "4", "SLURM_JOB_ID": "1"}, Launch{}},
		"one process":              {map[string]string{"OMPI_COMM_WORLD_SIZE": "1"}, Launch{"OMPI_COMM_WORLD_SIZE", 1, 0}},
		"another of PMIx":          {map[string]string{"PMIX_RANK": "1"}, Launch{"PMIX_RANK", 0, 0}},
		"a size that is no number": {map[string]string{"PMI_SIZE": "many"}, Launch{"PMI_SIZE", 0, 0}},
	} {
		got := detect(func(key string) string { return c.env[key] })
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
		if several := c.want.By != "" && c.want.Size != 1; got.Several() != several {
			t.Errorf("%s: several: %v", name, got.Several())
		}
	}
}
