package dist

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"
)

// cluster is a group over a wire. One goroutine, which keeps its thread, makes all
// calls of the wire, in the order in which collectives were called: MPI asks for no
// more, and background sums go on while others compute.
type cluster struct {
	rank, size int
	wire       Wire
	queue      chan task
	ended      chan struct{}
	limit      time.Duration
	what       atomic.Pointer[string]
	room32     []float32 // of the goroutine, as room64
	room64     []float64
}

// task is a collective to be done, or an abort.
type task struct {
	name  string
	run   func(limit time.Duration) error
	done  chan<- error
	abort bool
}

var _ Group = (*cluster)(nil)

// Over returns the group of a wire, which open makes on the goroutine that will use
// it. limit is how long a collective that is watched may wait for others.
func Over(open func() (Wire, error), limit time.Duration) (Group, error) {
	c := &cluster{queue: make(chan task, 64), ended: make(chan struct{}), limit: limit}
	opened := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: MPI knows the thread
		defer close(c.ended)
		w, err := open()
		if err == nil {
			c.wire, c.rank, c.size = w, w.Rank(), w.Size()
		}
		opened <- err
		if err == nil {
			c.work()
		}
	}()
	return c, <-opened
}

// work does the tasks one after the other. After one that failed, ranks are no
// longer at the same place, and all others fail.
func (c *cluster) work() {
	var broken error
	for t := range c.queue {
		if broken == nil || t.abort {
			limit, at := time.Duration(0), ""
			if what := c.what.Load(); what != nil && *what != "" {
				limit, at = c.limit, *what+": "
			}
			if err := t.run(limit); errors.Is(err, ErrTimeout) {
				broken = fmt.Errorf("%s%s: no other rank went on for %v; one hangs, or is stopped (%s sets the time)", at, t.name, limit, timeoutVariable)
			} else if err != nil {
				broken = fmt.Errorf("%s%s: %w", at, t.name, err)
			}
		}
		t.done <- broken
	}
}

// start queues a collective.
func (c *cluster) start(name string, run func(limit time.Duration) error) (wait func() error) {
	done := make(chan error, 1)
	c.queue <- task{name: name, run: run, done: done}
	return func() error { return <-done }
}

func (c *cluster) Rank() int { return c.rank }
func (c *cluster) Size() int { return c.size }

func (c *cluster) AllReduceSum(x []float64) error {
	return c.start(fmt.Sprintf("sum of %d numbers", len(x)), func(limit time.Duration) error { return sum(c.wire, x, &c.room64, limit) })()
}

func (c *cluster) Start(x []float32) func() error {
	return c.start(fmt.Sprintf("sum of %d numbers", len(x)), func(limit time.Duration) error { return sum(c.wire, x, &c.room32, limit) })
}

// short is the size in bytes up to which arrays are summed up a tree.
const short = 1 << 14

// sum adds x up over the ranks.
func sum[T float32 | float64](w Wire, x []T, room *[]T, limit time.Duration) error {
	if len(*room) < len(x) {
		*room = make([]T, len(x))
	}
	if len(raw(x)) <= short {
		return tree(w, x, *room, limit)
	}
	return ring(w, x, *room, limit)
}

func (c *cluster) Broadcast(b []byte, root int) error {
	return c.start(fmt.Sprintf("broadcast of %d bytes by rank %d", len(b), root), func(limit time.Duration) error { return spread(c.wire, b, root, limit) })()
}

func (c *cluster) Barrier() error {
	return c.start("barrier", func(limit time.Duration) error { return sum(c.wire, []float64{0}, &c.room64, limit) })()
}

func (c *cluster) Watch(what string) { c.what.Store(&what) }

func (c *cluster) Abort(code int) {
	c.wire.Interrupt(code)
	go func() {
		c.queue <- task{abort: true, done: make(chan error, 1), run: func(time.Duration) error {
			c.wire.Abort(code)
			return nil
		}}
	}()
	time.Sleep(abortTime)
	os.Exit(code) // which a launcher takes for a failure as well
}

// abortTime is how long the wire has to end the job.
const abortTime = 10 * time.Second

func (c *cluster) Close() error {
	err := c.start("close", func(limit time.Duration) error {
		if err := sum(c.wire, []float64{0}, &c.room64, limit); err != nil {
			return err
		}
		return c.wire.Close()
	})()
	close(c.queue)
	<-c.ended
	return err
}
