package op

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/op/internal/kernel"
)

// Runtime is what operations run on: worker threads and scratch memory. Programs
// on one Runtime run one after the other, whichever goroutines call them.
type Runtime struct {
	pool  *par.Pool
	mu    sync.Mutex // held while a program runs: it uses ws
	ws    *kernel.Workspace
	group dist.Group // that computes training steps together
}

// NewRuntime starts a runtime with the given number of threads, 0 for as many
// as the machine has processors. Results do not depend on it. The environment
// variable CONDMEAN_KERNEL forces a kind of kernel; NewRuntime fails if the
// machine does not have it.
func NewRuntime(threads int) (*Runtime, error) {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	if threads < 1 || threads > par.MaxThreads {
		return nil, fmt.Errorf("threads: %d, want an integer from 0 to %d", threads, par.MaxThreads)
	}
	pool := par.New(threads)
	ws, err := kernel.NewWorkspace(pool)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Runtime{pool: pool, ws: ws, group: dist.Single{}}, nil
}

// Threads returns the number of threads.
func (r *Runtime) Threads() int { return r.pool.Threads() }

// Kernels names the kernels in use: generic, avx2, avx512 or neon.
func (r *Runtime) Kernels() string { return r.ws.Tier() }

// Pool returns the worker threads, for work between runs.
func (r *Runtime) Pool() *par.Pool { return r.pool }

// Join lets graphs of training steps that are built from now on be the shares of
// the ranks of a group in one step; see [Share].
func (r *Runtime) Join(g dist.Group) { r.group = g }

// Group returns the group that was joined, else dist.Single.
func (r *Runtime) Group() dist.Group { return r.group }

// Close stops the threads.
func (r *Runtime) Close() { r.pool.Close() }
