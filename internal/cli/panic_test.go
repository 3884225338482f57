package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// A fault of the program is one line and exits with 1, never with the code of
// wrong usage; the stack is there for who asks.
func TestPanic(t *testing.T) {
	for value, want := range map[string]string{
		"broken":                   "tool: internal error: broken; ",
		"two\nlines":               `tool: internal error: two\nlines; `,
		strings.Repeat("x", 1<<20): "tool: internal error: xxx",
	} {
		for _, trace := range []string{"", "1"} {
			t.Setenv(traceVariable, trace)
			var out, errs bytes.Buffer
			c := command(func(context.Context, Streams) error { panic(value) })
			if code := c.Execute(context.Background(), nil, Streams{Out: &out, Err: &errs}); code != ExitFailed {
				t.Errorf("exit code %d", code)
			}
			got := errs.String()
			if trace == "" && (!strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 || len(got) > 1000) {
				t.Errorf("stderr %.1000q, want one line that begins with %q", got, want)
			}
			if trace != "" && (!strings.Contains(got, want) || !strings.Contains(got, "panic_test.go")) {
				t.Errorf("stderr %.1000q, want the stack and %q", got, want)
			}
		}
	}
}
