//go:build mpi

package dist_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/internal/cli"
)

// settings are those of runs that take few seconds on two cores.
func settings(steps int, more ...string) []string {
	return append([]string{"--threads=1", "--set=train.steps=" + strconv.Itoa(steps), "--set=train.lr=2e-4",
		"--set=data.dim=8", "--set=data.components=2", "--set=data.samples.train=200", "--set=data.samples.val=50", "--set=data.samples.test=20",
		"--set=schedule.steps=10", "--set=model.channels=16", "--set=model.multipliers=1", "--set=model.blocks=1",
		"--set=train.batch=16", "--set=train.val_every=25", "--set=train.log_every=10", "--set=checkpoint.every_steps=10", "--set=checkpoint.keep=0", "--set=eval.samples=20", "--set=eval.snr=0"}, more...)
}

func train(t *testing.T, ranks int, out string, args ...string) job {
	t.Helper()
	program := filepath.Join(commands, "train")
	if ranks > 1 {
		return must(t, ranks, append([]string{program, "--out", out}, args...)...)
	}
	cmd := exec.Command(program, append([]string{"--out", out}, args...)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return job{}
}

func resume(t *testing.T, ranks int, run string, args ...string) {
	t.Helper()
	must(t, ranks, append([]string{filepath.Join(commands, "train"), "--resume", run}, args...)...)
}

func snapshot(t *testing.T, run string, step int) *checkpoint.Snapshot {
	t.Helper()
	s, err := checkpoint.Read(stepDir(run, step))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func stepDir(run string, step int) string {
	return filepath.Join(run, "checkpoints", "step-"+strconv.Itoa(step))
}

// distance returns ‖a-b‖/‖a‖ of all weights.
func distance(t *testing.T, a, b *checkpoint.Snapshot) float64 {
	t.Helper()
	var d, s float64
	for i, x := range a.Weights {
		for k, v := range x.Data {
			dv := float64(v) - float64(b.Weights[i].Data[k])
			d += dv * dv
			s += float64(v) * float64(v)
		}
	}
	return math.Sqrt(d / s)
}

// assertSame compares the files of two checkpoints bitwise.
func assertSame(t *testing.T, a, b string) {
	t.Helper()
	for _, name := range []string{"weights.npz", "ema.npz", "optimizer.npz", "norm.npz", "state.json"} {
		x, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			t.Errorf("%s differs between %s and %s", name, a, b)
		}
	}
}

// Fifty steps of two and three ranks leave the weights of one, up to rounding; runs
// that are repeated are bitwise the same. That all ranks hold identical weights the
// runs check themselves, whenever they validate.
func TestMPITrain(t *testing.T) {
	for name, more := range map[string][]string{
		"batch": {"--set=model.kind=unet", "--set=train.optimizer=sgd", "--set=train.momentum=0.9", "--set=train.lr=1e-2"},
		"group": {"--set=model.kind=unet", "--set=model.norm=group", "--set=model.dropout=0.1"},
		"gated": {"--set=model.kind=mlp", "--set=model.mlp.width=16", "--set=model.mlp.hidden=12", "--set=model.mlp.blocks=2", "--set=model.mlp.slots=6"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, args := t.TempDir(), settings(50, more...)
			one := filepath.Join(dir, "1")
			train(t, 1, one, args...)
			for _, ranks := range []int{2, 3} {
				some := filepath.Join(dir, strconv.Itoa(ranks))
				train(t, ranks, some, args...)
				d := distance(t, snapshot(t, one, 50), snapshot(t, some, 50))
				t.Logf("%d ranks: %.2g", ranks, d)
				if d > 1e-6 {
					t.Errorf("%d ranks: weights differ by %.2g", ranks, d)
				}
			}
			train(t, 2, filepath.Join(dir, "again"), args...)
			assertSame(t, stepDir(filepath.Join(dir, "2"), 50), stepDir(filepath.Join(dir, "again"), 50))
		})
	}
}

// A rank that is killed takes the job with it within seconds, and the run that goes on
// ends bitwise where the uninterrupted one does.
func TestMPIKill(t *testing.T) {
	const steps = 200
	dir, args := t.TempDir(), settings(steps, "--set=model.kind=unet", "--set=model.norm=group", "--set=checkpoint.every_steps=20", "--set=train.val_every=100")
	killed := filepath.Join(dir, "killed")
	cmd := launch(t, 2, append([]string{filepath.Join(commands, "train"), "--out", killed}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, stepDir(killed, 40))
	ranks := ranksOf(t, cmd.Process.Pid, killed)
	if len(ranks) != 2 {
		t.Fatalf("found %d ranks", len(ranks))
	}
	start := time.Now()
	if err := syscall.Kill(ranks[1], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if j := end(t, cmd, start); j.code == 0 || j.took > 30*time.Second {
		t.Errorf("exit code %d after %v\n%s", j.code, j.took, j.err)
	} else {
		t.Logf("exit code %d after %v", j.code, j.took.Round(10*time.Millisecond))
	}
	latest, err := checkpoint.ResolveLatest(killed)
	if err != nil {
		t.Fatal(err)
	}
	s, err := checkpoint.Read(latest)
	if err != nil {
		t.Fatal(err)
	}
	if s.Step >= steps {
		t.Fatal("the run had ended before")
	}
	resume(t, 2, killed)
	whole := filepath.Join(dir, "whole")
	train(t, 2, whole, args...)
	assertSame(t, stepDir(whole, steps), stepDir(killed, steps))
}

// SIGTERM, as a scheduler sends it to every rank at its own moment, stops all of them
// behind one step that is saved.
func TestMPITerminate(t *testing.T) {
	run := filepath.Join(t.TempDir(), "run")
	cmd := launch(t, 2, append([]string{filepath.Join(commands, "train"), "--out", run}, settings(5000, "--set=model.kind=mlp", "--set=checkpoint.every_steps=0", "--set=train.val_every=2500")...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, filepath.Join(run, "metrics.csv"))
	time.Sleep(time.Second)
	start := time.Now()
	for _, pid := range ranksOf(t, cmd.Process.Pid, run) {
		if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	j := end(t, cmd, start)
	if j.code != cli.ExitInterrupted || strings.Count(j.err, "interrupted") != 1 || j.took > 30*time.Second {
		t.Errorf("exit code %d after %v\n%s", j.code, j.took, j.err)
	}
	latest, err := checkpoint.ResolveLatest(run)
	if err != nil {
		t.Fatal(err)
	}
	s, err := checkpoint.Read(latest)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(j.err, fmt.Sprintf("stopped after step %d,", s.Step)) || s.Step == 0 {
		t.Errorf("the checkpoint is of step %d\n%s", s.Step, j.err)
	}
}

// A run goes on with other numbers of ranks.
func TestMPIResume(t *testing.T) {
	dir := t.TempDir()
	more := []string{"--set=model.kind=unet", "--set=model.norm=group", "--set=train.schedule=constant"}
	some, one := filepath.Join(dir, "some"), filepath.Join(dir, "one")
	train(t, 2, some, settings(20, more...)...)
	resume(t, 3, some, "--set=train.steps=40")
	resume(t, 1, some, "--set=train.steps=50")
	train(t, 1, one, settings(50, more...)...)
	if d := distance(t, snapshot(t, one, 50), snapshot(t, some, 50)); d > 1e-6 {
		t.Errorf("weights differ by %.2g", d)
	} else {
		t.Logf("weights differ by %.2g", d)
	}
}

// A sweep with a mixture fitted by EM gives the same figures on any number of ranks.
func TestMPISweep(t *testing.T) {
	dir := t.TempDir()
	var want [][]string
	for _, ranks := range []int{1, 2, 3} {
		out := filepath.Join(dir, strconv.Itoa(ranks))
		args := []string{filepath.Join(commands, "denoise"), "--checkpoint", "gmm:" + fixture(t), "--steps", "20", "--samples", "1100", "--snr", "-10:5:10",
			"--methods", "mean,oneshot,resample", "--baselines", "lmmse,cme,gmm:5", "--threads", "1", "--out", out}
		must(t, ranks, args...)
		text, err := os.ReadFile(filepath.Join(out, "eval.csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range rows[0] {
			for _, row := range rows {
				if name == "seconds" {
					row[i] = ""
				}
			}
		}
		if want == nil {
			want = rows
		}
		if d := cmp.Diff(want, rows); d != "" {
			t.Errorf("figures of %d ranks (-one):\n%s", ranks, d)
		}
	}
	if len(want) < 30 {
		t.Errorf("%d rows", len(want))
	}
}

func fixture(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "gmm", "testdata", "rand_gmm_n8_k4.npz"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// await waits for a file.
func await(t *testing.T, path string) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("%s does not come", path)
		}
	}
}

// ranksOf finds the ranks of a run: the processes that name its folder, but for the
// launcher's.
func ranksOf(t *testing.T, launcher int, folder string) []int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are found in /proc")
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == launcher {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		words := strings.Split(string(line), "\x00")
		if err == nil && filepath.Base(words[0]) == "train" && strings.Contains(string(line), folder) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// mpirun is the launcher, MPIRUN where several are installed.
func mpirun() string {
	if name := os.Getenv("MPIRUN"); name != "" {
		return name
	}
	return "mpirun"
}
