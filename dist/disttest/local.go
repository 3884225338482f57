// Package disttest makes groups of goroutines of one process, so that what several
// ranks do can be tested without a launcher.
package disttest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/condmean/condmean/dist"
)

// wire is that of one rank.
type wire struct {
	rank   int
	mail   [][]chan []byte // by sender, then by receiver
	ended  chan struct{}
	finish *sync.Once
}

var _ dist.Wire = (*wire)(nil)

func (w *wire) Rank() int { return w.rank }
func (w *wire) Size() int { return len(w.mail) }

func (w *wire) Exchange(send []byte, to int, recv []byte, from int, limit time.Duration) error {
	var late <-chan time.Time
	if limit > 0 {
		late = time.After(limit)
	}
	var out chan<- []byte
	var in <-chan []byte
	var message []byte
	if len(send) > 0 {
		out, message = w.mail[w.rank][to], append([]byte(nil), send...)
	}
	if len(recv) > 0 {
		in = w.mail[from][w.rank]
	}
	for out != nil || in != nil {
		select {
		case out <- message:
			out = nil
		case got := <-in:
			if copy(recv, got); len(got) != len(recv) {
				return fmt.Errorf("message of %d bytes from rank %d, want %d", len(got), from, len(recv))
			}
			in = nil
		case <-late:
			return dist.ErrTimeout
		case <-w.ended:
			return fmt.Errorf("aborted")
		}
	}
	return nil
}

func (w *wire) Interrupt(int) { w.finish.Do(func() { close(w.ended) }) }
func (w *wire) Abort(int)     {}
func (w *wire) Close() error  { return nil }

// Run calls f on every rank of a group of the given size, each on a goroutine of its
// own, and reports their errors. An error of one fails the collectives of the others.
func Run(t testing.TB, size int, f func(g dist.Group) error) {
	t.Helper()
	RunWithin(t, size, time.Minute, f)
}

// RunWithin is Run with a time that watched collectives have.
func RunWithin(t testing.TB, size int, limit time.Duration, f func(g dist.Group) error) {
	t.Helper()
	mail := make([][]chan []byte, size)
	for i := range mail {
		mail[i] = make([]chan []byte, size)
		for j := range mail[i] {
			mail[i][j] = make(chan []byte)
		}
	}
	ended, finish := make(chan struct{}), new(sync.Once)
	errs := make([]error, size)
	var all sync.WaitGroup
	for rank := range size {
		all.Go(func() {
			w := &wire{rank, mail, ended, finish}
			g, err := dist.Over(func() (dist.Wire, error) { return w, nil }, limit)
			if err == nil {
				err = f(g)
			}
			if errs[rank] = err; err != nil {
				w.Interrupt(1)
			}
			if err := g.Close(); err != nil && errs[rank] == nil {
				errs[rank] = err
			}
		})
	}
	all.Wait()
	for rank, err := range errs {
		if err != nil {
			t.Errorf("rank %d of %d: %v", rank, size, err)
		}
	}
}
