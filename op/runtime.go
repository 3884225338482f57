package op

import (
	"fmt"
	"runtime"
	"sync"

	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/op/internal/kernel"
)

// Runtime is what operations run on: worker threads and scratch memory. Programs
// on one Runtime run one after the other, whichever goroutines call them.
type Runtime struct {
	pool *par.Pool
	mu   sync.Mutex // held while a program runs: it uses ws
	ws   *kernel.Workspace
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
	return &Runtime{pool: pool, ws: ws}, nil
}

// Threads returns the number of threads.
func (r *Runtime) Threads() int { return r.pool.Threads() }

// Kernels names the kernels in use: generic, avx2, avx512 or neon.
func (r *Runtime) Kernels() string { return r.ws.Tier() }

// Pool returns the worker threads, for work between runs.
func (r *Runtime) Pool() *par.Pool { return r.pool }

// Close stops the threads.
func (r *Runtime) Close() { r.pool.Close() }
