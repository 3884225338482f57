//go:build mpi

package dist

import (
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/launcher"
)

// join starts MPI. Where the launcher is of another implementation, each process
// finds itself alone.
func join(l launcher.Launch, limit time.Duration) (Group, error) {
	g, err := Over(openMPI, limit)
	if err != nil {
		return nil, err
	}
	if l.Size != 0 && g.Size() != l.Size || l.Size == 0 && g.Size() == 1 {
		return nil, configs.Usagef("a launcher started %s (%s is set), but %s, which this program is built with, finds %d; use the launcher of %s, or build the program for the one that started it", l.Processes(), l.By, implementation, g.Size(), implementation)
	}
	return g, nil
}
