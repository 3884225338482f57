//go:build xla && (linux || darwin)

package device

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// report writes what takes a while, after a second and then every ten, and how long
// it took, a line each; done ends it. A nil writer hears nothing.
func report(w io.Writer, what string) (done func()) {
	if w == nil {
		return func() {}
	}
	start, stop := time.Now(), make(chan struct{})
	said := false
	var wait sync.WaitGroup
	wait.Go(func() {
		next := time.Second
		for {
			select {
			case <-stop:
				return
			case <-time.After(next):
				said, next = true, 10*time.Second
				_, _ = fmt.Fprintf(w, "%s … %.0f s\n", what, time.Since(start).Seconds()) // who cannot read it does not need it
			}
		}
	})
	return func() {
		close(stop)
		wait.Wait()
		if said {
			_, _ = fmt.Fprintf(w, "%s took %.1f s\n", what, time.Since(start).Seconds())
		}
	}
}
