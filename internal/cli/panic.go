package cli

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/condmean/condmean/internal/foreign"
)

// traceVariable is the environment variable that asks for the stack of a panic.
const traceVariable = "CONDMEAN_TRACE"

// reportPanic tells of a fault of the program itself on one line. The runtime's
// own report would be long, and its exit code that of wrong usage.
func (c *Command) reportPanic(s Streams, value any) {
	if os.Getenv(traceVariable) != "" {
		_, _ = s.Err.Write(debug.Stack())
	}
	c.report(s, fmt.Sprintf("internal error: %s; this is a fault of the program, please report it with the command and the stack that %s=1 prints",
		foreign.Line(fmt.Sprint(value), foreign.Limit), traceVariable))
}
