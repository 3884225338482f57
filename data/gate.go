package data

import "sync"

// gate lets files be decoded at the same time as long as they hold no more
// values together than the largest of them may hold alone, so that memory does
// not grow with the number of threads.
type gate struct {
	most  int64
	mu    sync.Mutex
	freed sync.Cond
	used  int64
}

func newGate(most int64) *gate {
	g := &gate{most: most}
	g.freed.L = &g.mu
	return g
}

// enter waits until n values fit, or nothing else is being decoded.
func (g *gate) enter(n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.used > 0 && g.used+n > g.most {
		g.freed.Wait()
	}
	g.used += n
}

func (g *gate) leave(n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.used -= n
	g.freed.Broadcast()
}
