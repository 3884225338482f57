//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/internal/cli"
)

// longRun is a shell line that becomes a run of so many steps, with a line of
// progress each and no checkpoint but the first and the last.
func longRun(out string, steps int) string {
	return "exec train --threads=1 --out=" + out + " --set=train.steps=" + strconv.Itoa(steps) +
		" --set=data.dim=8 --set=data.components=2 --set=data.samples.train=256 --set=data.samples.val=64 --set=data.samples.test=64" +
		" --set=schedule.steps=10 --set=model.kind=unet --set=model.channels=4 --set=model.multipliers=1 --set=model.blocks=1 --set=train.batch=8" +
		" --set=train.log_every=1 --set=train.val_every=10000000 --set=checkpoint.every_steps=0 --set=checkpoint.every_minutes=0" +
		" --set=eval.samples=20 --set=eval.snr=0 --set=eval.methods=oneshot --set=eval.baselines=ls"
}

// startRun starts a shell line and waits until step 3.
func startRun(t *testing.T, line string) (cmd *exec.Cmd, log *bufio.Reader, close func() error) {
	t.Helper()
	cmd = exec.Command("sh", "-c", line)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() }) // only a run that hangs needs it
	t.Cleanup(func() { timer.Stop() })
	log = bufio.NewReader(pipe)
	for {
		line, err := log.ReadString('\n')
		if err != nil {
			t.Fatalf("the log ends with %q: %v", line, err)
		}
		if strings.HasPrefix(line, "step 3/") {
			return cmd, log, pipe.Close
		}
	}
}

// endRun waits for the exit code, and returns the step of the latest checkpoint.
func endRun(t *testing.T, cmd *exec.Cmd, out string) (code, step int) {
	t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	dir, err := checkpoint.ResolveLatest(out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(filepath.Base(dir), "step-%d", &step); err != nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), step
}

// A terminal that is closed, which may hang up several times, stops a run after
// the step at hand, which is saved; under nohup it goes on.
func TestHangUp(t *testing.T) {
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("SIGHUP is ignored here, as under nohup, and so it is by what is started")
	}
	out := filepath.Join(t.TempDir(), "run")
	cmd, log, _ := startRun(t, longRun(out, 1_000_000))
	for range 3 {
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	rest, err := io.ReadAll(log)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(rest)), "\n")
	code, step := endRun(t, cmd, out)
	if code != cli.ExitInterrupted || !strings.Contains(lines[len(lines)-1], fmt.Sprintf("stopped after step %d,", step)) {
		t.Errorf("exit code %d, latest step %d, last line %q", code, step, lines[len(lines)-1])
	}
	if step < 3 {
		t.Errorf("saved at step %d, though step 3 was done", step)
	}

	const steps = 300
	out = filepath.Join(t.TempDir(), "run")
	cmd, log, _ = startRun(t, "trap '' HUP; "+longRun(out, steps))
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, log); err != nil {
		t.Fatal(err)
	}
	if code, step := endRun(t, cmd, out); code != cli.ExitDone || step != steps {
		t.Errorf("under nohup: exit code %d at step %d", code, step)
	}
}

// A log that ends first, as that of tee does when Ctrl-C meets both, takes
// nothing from the run: it stops cleanly with the signal, and without one it goes
// on to the end.
func TestClosedLog(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	cmd, _, closeLog := startRun(t, longRun(out, 1_000_000))
	if err := closeLog(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // steps whose lines nobody reads
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code, step := endRun(t, cmd, out); code != cli.ExitInterrupted || step < 3 {
		t.Errorf("stopped: exit code %d, saved at step %d", code, step)
	}

	const steps = 300
	out = filepath.Join(t.TempDir(), "run")
	cmd, _, closeLog = startRun(t, longRun(out, steps))
	if err := closeLog(); err != nil {
		t.Fatal(err)
	}
	if code, step := endRun(t, cmd, out); code != cli.ExitDone || step != steps {
		t.Errorf("to the end: exit code %d at step %d", code, step)
	}
	if _, err := os.Stat(filepath.Join(out, "report", "eval.csv")); err != nil {
		t.Error(err)
	}
}

// A reader that wants three lines of everything gets them, and the run its end;
// only the table, which nobody reads, gives the exit code of a closed pipe.
func TestHead(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	cmd := exec.Command("bash", "-c", "("+longRun(out, 300)+") 2>&1 | head -n 3; echo ${PIPESTATUS[0]}")
	text, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no bash")
	} else if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 4 || lines[3] != strconv.Itoa(cli.ExitUnread) {
		t.Errorf("output %q", lines)
	}
	if dir, err := checkpoint.ResolveLatest(out); err != nil || filepath.Base(dir) != "step-300" {
		t.Errorf("latest checkpoint %s, %v", dir, err)
	}
	if _, err := os.Stat(filepath.Join(out, "report", "eval.csv")); err != nil {
		t.Error(err)
	}
}
