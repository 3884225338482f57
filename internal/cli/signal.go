package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// untilAsked returns a context that ends when the process is asked to stop: by
// SIGINT or SIGTERM, of which a second one ends the process at once, or by
// SIGHUP, which a terminal that is closed may send several times. Under nohup,
// which ignores SIGHUP, it stays ignored.
//
// SIGPIPE is ignored from now on, for Go ends a process that writes to a closed
// standard output or error. Those writes fail with EPIPE instead: where they
// are progress nobody listens any more, which is no reason to stop.
func untilAsked() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(asked, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		for s := range asked {
			cancel()
			if s != syscall.SIGHUP {
				signal.Reset(os.Interrupt, syscall.SIGTERM)
			}
		}
	}()
	return ctx
}
