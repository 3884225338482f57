package par

import (
	"runtime"
	"sync/atomic"
)

// sleeper waits for a condition that another goroutine makes true before it
// calls wake: first by looking, then asleep.
type sleeper struct {
	asleep atomic.Bool
	signal chan struct{}
}

func newSleeper() sleeper { return sleeper{signal: make(chan struct{}, 1)} }

// looks is how often a condition is looked at before sleeping, some 200 µs: what
// a network computes on one thread between parallel sections takes tens, and
// waking a sleeper as long again.
const looks = 40_000

func (s *sleeper) wait(ready func() bool) {
	for i := range looks {
		if ready() {
			return
		}
		if i%256 == 255 {
			runtime.Gosched()
		}
	}
	for {
		s.asleep.Store(true)
		// The condition may have become true before wake could see us asleep.
		if ready() {
			if !s.asleep.CompareAndSwap(true, false) {
				<-s.signal // wake saw us after all
			}
			return
		}
		<-s.signal
		if ready() {
			return
		}
	}
}

func (s *sleeper) wake() {
	if s.asleep.Load() && s.asleep.CompareAndSwap(true, false) {
		s.signal <- struct{}{}
	}
}
