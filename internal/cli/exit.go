package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/condmean/condmean/configs"
)

// Exit codes of all commands.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitUsage       = 2   // wrong arguments or configuration
	ExitInterrupted = 130 // stopped cleanly by SIGINT, SIGTERM or SIGHUP
	ExitUnread      = 141 // the reader of the results has gone, as by SIGPIPE
)

const exitCodes = "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted."

// exitCode tells what an error means to whoever started the command.
func exitCode(err error) int {
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.Is(err, errUnread):
		return ExitUnread
	case configs.IsUsage(err) && !machineFailed(err):
		return ExitUsage
	}
	return ExitFailed
}

// machineFailed reports whether an error is the machine's, though the user named
// the file: one that is full or broken, or forbids to write. What may not be
// read, or is not there, is the user's to mend.
func machineFailed(err error) bool {
	if isOneOf(err, full) {
		return true
	}
	if !errors.Is(err, fs.ErrPermission) {
		return false
	}
	var link *os.LinkError
	var path *fs.PathError
	return errors.As(err, &link) || errors.As(err, &path) && path.Op != "open" && path.Op != "stat" && path.Op != "lstat"
}

func isOneOf(err error, list []error) bool {
	return slices.ContainsFunc(list, func(e error) bool { return errors.Is(err, e) })
}

// errUnread is wrapped by errors of writing results that nobody reads any more.
var errUnread = errors.New("the output was closed")

// results marks the errors of a closed output.
type results struct{ io.Writer }

func (r results) Write(b []byte) (int, error) {
	n, err := r.Writer.Write(b)
	if isOneOf(err, closed) {
		err = fmt.Errorf("%w: %w", errUnread, err)
	}
	return n, err
}
