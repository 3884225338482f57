//go:build !mpi

package dist

import (
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/launcher"
)

// join refuses: each process would be rank 0 of 1, and overwrite what others write.
func join(l launcher.Launch, _ time.Duration) (Group, error) {
	return nil, configs.Usagef("a launcher started %s (%s is set), but this program is built without MPI and each would do all the work; build it with -tags mpi, or leave the launcher out", l.Processes(), l.By)
}
