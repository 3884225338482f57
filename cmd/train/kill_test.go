package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/internal/cli"
)

// killedSteps is how long the killed runs are.
const killedSteps = 60

// killedFlags are the settings of runs that are killed: checkpoints so often
// that many kills meet the writing of one.
func killedFlags(out string) []string {
	return []string{"--out", out, "--set=train.steps=" + strconv.Itoa(killedSteps),
		"--set=data.dim=8", "--set=data.components=2", "--set=data.samples.train=200", "--set=data.samples.val=50", "--set=data.samples.test=20",
		"--set=data.fresh=false", "--set=schedule.steps=10", "--set=model.kind=unet", "--set=model.channels=8", "--set=model.multipliers=1,2", "--set=model.blocks=1",
		"--set=train.batch=16", "--set=train.val_every=8", "--set=train.log_every=7", "--set=checkpoint.every_steps=2", "--set=eval.samples=20"}
}

// victim is a run whose processes are killed, each of which goes on where the
// one before was, with one thread and two in turn.
type victim struct {
	dir      string
	attempts int
	step     int // of the latest checkpoint that was seen
}

// start starts the next process, the first with more settings if given.
func (v *victim) start(t *testing.T, more ...string) *exec.Cmd {
	t.Helper()
	args := []string{"--resume", v.dir}
	if _, err := checkpoint.ResolveLatest(v.dir); err != nil { // nothing yet
		if v.step > 0 {
			t.Fatalf("after step %d no checkpoint is left: %v", v.step, err)
		}
		if err := os.RemoveAll(v.dir); err != nil {
			t.Fatal(err)
		}
		args = append(killedFlags(v.dir), more...)
	}
	v.attempts++
	cmd := exec.Command("train", append(args, "--threads="+strconv.Itoa(1+v.attempts%2))...)
	cmd.Stderr = new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// end waits for a process and checks that nothing readable was lost.
func (v *victim) end(t *testing.T, cmd *exec.Cmd) (code int) {
	t.Helper()
	if err := cmd.Wait(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	latest, err := checkpoint.ResolveLatest(v.dir)
	if err != nil {
		if v.step > 0 {
			t.Fatalf("after step %d no checkpoint is left: %v", v.step, err)
		}
		return cmd.ProcessState.ExitCode()
	}
	s, err := checkpoint.Read(latest)
	if err != nil {
		t.Fatalf("the latest checkpoint cannot be read: %v", err)
	}
	if s.Step < v.step {
		t.Fatalf("the latest checkpoint went from step %d back to %d", v.step, s.Step)
	}
	v.step = s.Step
	return cmd.ProcessState.ExitCode()
}

// again forgets a run that reached its end before it was killed.
func (v *victim) again(t *testing.T) {
	t.Helper()
	v.step = 0
	if err := os.RemoveAll(v.dir); err != nil {
		t.Fatal(err)
	}
}

// writing reports whether a checkpoint is being written, or was when a process
// was killed.
func (v *victim) writing() bool {
	unfinished, err := filepath.Glob(filepath.Join(v.dir, "checkpoints", ".tmp-step-*"))
	return err == nil && len(unfinished) > 0
}

// Killing the command by SIGKILL, at random moments and in the middle of
// writing checkpoints, and resuming gives bitwise the weights, the state and
// the metrics of an uninterrupted run; so does stopping it by SIGTERM.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	whole := &victim{dir: filepath.Join(dir, "whole")}
	start := time.Now()
	if code := whole.end(t, whole.start(t)); code != 0 || whole.step != killedSteps {
		t.Fatalf("the uninterrupted run: exit code %d at step %d", code, whole.step)
	}
	span := time.Since(start)
	r := rand.New(rand.NewPCG(1, uint64(start.UnixNano())))
	kills, inWriting := 20, 5
	if testing.Short() {
		kills, inWriting = 3, 1
	}

	t.Run("SIGKILL", func(t *testing.T) {
		v := &victim{dir: filepath.Join(dir, "killed")}
		left, unfinished, finished := kills, 0, 0
		for left > 0 || unfinished < inWriting {
			if v.attempts > 10*kills {
				t.Fatalf("%d attempts met the writing of a checkpoint %d times", v.attempts, unfinished)
			}
			cmd := v.start(t)
			time.Sleep(time.Duration(r.Float64() * float64(span) / 3))
			if left%2 == 0 { // aim at a checkpoint
				for wait := time.Now(); !v.writing() && time.Since(wait) < span; {
					time.Sleep(50 * time.Microsecond)
				}
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Logf("kill: %v", err) // it ended before
			}
			if v.end(t, cmd) == 0 {
				finished++
				assertSameRun(t, whole.dir, v.dir)
				v.again(t)
				continue
			}
			left--
			if v.writing() {
				unfinished++
			}
		}
		finish(t, v, whole)
		t.Logf("%d processes killed, %d of them while they wrote a checkpoint; %d finished before", v.attempts-finished-1, unfinished, finished)
	})

	t.Run("SIGTERM", func(t *testing.T) {
		v := &victim{dir: filepath.Join(dir, "stopped")}
		finished, early := 0, 0
		for left := kills; left > 0; {
			if v.attempts > 10*kills {
				t.Fatalf("%d attempts, %d of them before the command was up", v.attempts, early)
			}
			cmd := v.start(t)
			// Before its first checkpoint a process has nothing to save.
			for wait := time.Now(); v.step == 0 && time.Since(wait) < span; time.Sleep(time.Millisecond) {
				if _, err := checkpoint.ResolveLatest(v.dir); err == nil {
					break
				}
			}
			time.Sleep(time.Duration(r.Float64() * float64(span) / 6))
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Logf("SIGTERM: %v", err)
			}
			switch code := v.end(t, cmd); code {
			case cli.ExitInterrupted:
				left--
			case 0:
				finished++
				assertSameRun(t, whole.dir, v.dir)
				v.again(t)
			case -1:
				early++ // the program was just being loaded
			default:
				t.Fatalf("exit code %d:\n%s", code, cmd.Stderr)
			}
		}
		finish(t, v, whole)
		t.Logf("%d processes stopped; %d finished before", v.attempts-finished-early-1, finished)
	})
}

// finish lets the last process reach the end.
func finish(t *testing.T, v, whole *victim) {
	t.Helper()
	cmd := v.start(t)
	if code := v.end(t, cmd); code != 0 {
		t.Fatalf("the last process: exit code %d:\n%s", code, cmd.Stderr)
	}
	assertSameRun(t, whole.dir, v.dir)
}

// assertSameRun compares what two runs left behind after their last step.
func assertSameRun(t *testing.T, whole, run string) {
	t.Helper()
	latest := filepath.Join("checkpoints", "step-"+strconv.Itoa(killedSteps))
	for _, name := range []string{"weights.npz", "ema.npz", "optimizer.npz", "norm.npz", "state.json"} {
		if !bytes.Equal(read(t, whole, latest, name), read(t, run, latest, name)) {
			t.Errorf("%s of the last checkpoint differs", name)
		}
	}
	for _, name := range []string{"best", "latest"} {
		if d := cmp.Diff(string(read(t, whole, "checkpoints", name)), string(read(t, run, "checkpoints", name))); d != "" {
			t.Errorf("%s (-whole +killed):\n%s", name, d)
		}
	}
	if d := cmp.Diff(metrics(t, whole), metrics(t, run)); d != "" {
		t.Errorf("metrics (-whole +killed):\n%s", d)
	}
}

// metrics reads metrics.jsonl but for what the clock says.
func metrics(t *testing.T, run string) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(string(read(t, run, "metrics.jsonl"))) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		for _, clock := range []string{"seconds", "steps_per_second", "data_wait_fraction"} {
			delete(m, clock)
		}
		lines = append(lines, m)
	}
	return lines
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
