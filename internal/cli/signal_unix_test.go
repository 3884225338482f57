//go:build unix

package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tool": func() { command(work).Main() }})
}

// work writes lines of progress until it is interrupted, or to the number that
// TOOL_LINES tells, and then a long result.
func work(ctx context.Context, s Streams) error {
	lines := 1 << 30
	if n := os.Getenv("TOOL_LINES"); n != "" {
		if _, err := fmt.Sscan(n, &lines); err != nil {
			return err
		}
	}
	for i := range lines {
		_, _ = fmt.Fprintf(s.Err, "line %d\n", i)
		select {
		case <-ctx.Done():
			if slow := os.Getenv("TOOL_SLOW"); slow != "" {
				time.Sleep(200 * time.Millisecond) // saving
			}
			return fmt.Errorf("line %d: %w", i, ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
	for range 10_000 {
		if _, err := fmt.Fprintln(s.Out, strings.Repeat("result ", 10)); err != nil {
			return err
		}
	}
	return nil
}

// start starts the tool by a shell line in which it is "exec tool", waits for
// its first line of progress and returns the rest.
func start(t *testing.T, shell string, env ...string) (cmd *exec.Cmd, progress io.ReadCloser) {
	t.Helper()
	cmd = exec.Command("sh", "-c", shell)
	cmd.Env = append(os.Environ(), env...)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }) // only a tool that hangs needs it
	t.Cleanup(func() { timer.Stop() })
	if line, err := bufio.NewReaderSize(pipe, 16).ReadString('\n'); err != nil {
		t.Fatalf("first line %q: %v", line, err)
	}
	return cmd, pipe
}

// end waits for the exit code; -1 is a signal.
func end(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

func TestSignals(t *testing.T) {
	slow := []string{"TOOL_SLOW=1"}
	for name, tt := range map[string]struct {
		shell   string
		env     []string
		signals []syscall.Signal
		want    int
	}{
		"interrupt":             {"exec tool", nil, []syscall.Signal{syscall.SIGINT}, ExitInterrupted},
		"terminate":             {"exec tool", nil, []syscall.Signal{syscall.SIGTERM}, ExitInterrupted},
		"hang up":               {"exec tool", nil, []syscall.Signal{syscall.SIGHUP}, ExitInterrupted},
		"closed terminal":       {"exec tool", slow, []syscall.Signal{syscall.SIGHUP, syscall.SIGHUP, syscall.SIGHUP}, ExitInterrupted},
		"hang up and terminate": {"exec tool", slow, []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM}, ExitInterrupted},
		"impatient":             {"exec tool", slow, []syscall.Signal{syscall.SIGINT, syscall.SIGINT}, -1},
		"nohup":                 {"trap '' HUP; exec tool", []string{"TOOL_LINES=200"}, []syscall.Signal{syscall.SIGHUP}, ExitDone},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.signals[0] == syscall.SIGHUP && tt.want == ExitInterrupted && signal.Ignored(syscall.SIGHUP) {
				t.Skip("SIGHUP is ignored here, as under nohup, and so it is by what is started")
			}
			cmd, progress := start(t, tt.shell, tt.env...)
			for _, s := range tt.signals {
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
				time.Sleep(30 * time.Millisecond) // one after the other
			}
			if _, err := io.Copy(io.Discard, progress); err != nil {
				t.Fatal(err)
			}
			if got := end(t, cmd); got != tt.want {
				t.Errorf("exit code %d, want %d", got, tt.want)
			}
		})
	}
}

// A log that ends first does not end the work, neither by itself nor together
// with the signal that ended it.
func TestClosedLog(t *testing.T) {
	cmd, progress := start(t, "exec tool", "TOOL_LINES=200")
	if err := progress.Close(); err != nil {
		t.Fatal(err)
	}
	if got := end(t, cmd); got != ExitDone {
		t.Errorf("to the end: exit code %d, want %d", got, ExitDone)
	}
	cmd, progress = start(t, "exec tool")
	if err := errors.Join(progress.Close(), cmd.Process.Signal(os.Interrupt)); err != nil {
		t.Fatal(err)
	}
	if got := end(t, cmd); got != ExitInterrupted {
		t.Errorf("with the signal: exit code %d, want %d", got, ExitInterrupted)
	}
}

// Results that nobody reads end the command as convention has it, without a
// message.
func TestClosedOutput(t *testing.T) {
	cmd := exec.Command("sh", "-c", `{ tool; echo "code $?" >&2; } | head -n 1`)
	cmd.Env = append(os.Environ(), "TOOL_LINES=0")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if errs.String() != "code 141\n" || !strings.HasPrefix(string(out), "result ") {
		t.Errorf("stdout %q, stderr %q", out, errs.String())
	}
}
