//go:build mpi

package dist_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
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
	"github.com/spf13/pflag"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/cli"
)

// These tests start real jobs by mpirun: of this test program itself, whose main then
// is one rank, and of the commands, built once.

// rankVariable names what a rank of a job of this program does.
const rankVariable = "CONDMEAN_TEST_RANK"

var commands string // folder of train, denoise, and plain/train, which is built without MPI

func TestMain(m *testing.M) {
	if what := os.Getenv(rankVariable); what != "" {
		rank(what)
	}
	if _, err := exec.LookPath(mpirun()); err != nil {
		fmt.Fprintln(os.Stderr, "skipped: the tests of MPI need mpirun (Debian: openmpi-bin)")
		os.Exit(0)
	}
	code := func() int {
		dir, err := os.MkdirTemp("", "ranks")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		commands = dir
		for _, args := range [][]string{
			{"build", "-tags", tags, "-o", dir + "/", "../cmd/train", "../cmd/denoise"},
			{"build", "-o", dir + "/plain/", "../cmd/train"},
		} {
			if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "%v: %v\n%s", args, err, out)
				return 1
			}
		}
		return m.Run()
	}()
	os.Exit(code)
}

// rank is the main of one rank.
func rank(what string) {
	var job dist.Job
	c := cli.Command{Name: "rank", Ranks: true, End: job.End, Flags: pflag.NewFlagSet("rank", pflag.ContinueOnError), Run: func(context.Context, cli.Streams) error {
		g, err := job.Begin()
		if err != nil {
			return err
		}
		last := g.Rank() == g.Size()-1
		switch what {
		case "collect":
			return job.Failed(collect(g))
		case "panic":
			if last {
				panic("this rank was told to")
			}
		case "nil":
			if last {
				var none *int
				*none = 1
			}
		case "error":
			if last {
				return job.Failed(errors.New("the disk of this rank is full"))
			}
		case "usage":
			return job.Failed(errors.New("all ranks find the same mistake"))
		case "exit":
			if last {
				os.Exit(7)
			}
		case "hang":
			g.Watch("step 57")
			if last {
				time.Sleep(time.Hour)
			}
		}
		return job.Failed(g.Barrier())
	}}
	os.Args = os.Args[:1]
	c.Main()
}

// collect does what jobs do, with arrays on both sides of the change from tree to ring.
func collect(g dist.Group) error {
	for _, n := range []int{1, 5, 2048, 2049, 300_001} {
		x, y := numbers(n, g.Rank()), make([]float32, n)
		for i, v := range x {
			y[i] = float32(v)
		}
		wait := g.Start(y)
		if err := g.AllReduceSum(x); err != nil {
			return err
		}
		if err := wait(); err != nil {
			return err
		}
		want := make([]float64, n)
		for r := range g.Size() {
			for i, v := range numbers(n, r) {
				want[i] += v
			}
		}
		for i, w := range want {
			if x[i] != w || y[i] != float32(w) {
				return fmt.Errorf("%d numbers: element %d: %v and %v, want %v", n, i, x[i], y[i], w)
			}
		}
	}
	got, err := dist.Map(g, 7, func(i int) (int, error) { return i * i, nil })
	if err != nil {
		return err
	}
	if dist.Leads(g) {
		fmt.Println("ranks", g.Size(), "squares", got)
	}
	return nil
}

// job is how one ended.
type job struct {
	code     int
	out, err string
	took     time.Duration
}

// launch starts a job of so many ranks.
func launch(t *testing.T, ranks int, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, mpirun(), append(append([]string{"-n", strconv.Itoa(ranks)}, launcherFlags...), args...)...)
	cmd.Env = append(os.Environ(), "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "OMPI_MCA_btl_base_warn_component_unused=0")
	cmd.Stdout, cmd.Stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func end(t *testing.T, cmd *exec.Cmd, start time.Time) job {
	t.Helper()
	if err := cmd.Wait(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return job{cmd.ProcessState.ExitCode(), fmt.Sprint(cmd.Stdout), fmt.Sprint(cmd.Stderr), time.Since(start)}
}

func run(t *testing.T, ranks int, args ...string) job {
	t.Helper()
	cmd := launch(t, ranks, args...)
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return end(t, cmd, start)
}

// must is run of a job that ends well.
func must(t *testing.T, ranks int, args ...string) job {
	t.Helper()
	j := run(t, ranks, args...)
	if j.code != 0 {
		t.Fatalf("%d ranks: %v: exit code %d\n%s", ranks, args, j.code, j.err)
	}
	return j
}

func TestMPICollectives(t *testing.T) {
	t.Setenv(rankVariable, "collect")
	for _, ranks := range []int{1, 2, 3} {
		j := must(t, ranks, os.Args[0])
		if want := fmt.Sprintf("ranks %d squares [0 1 4 9 16 25 36]\n", ranks); j.out != want {
			t.Errorf("%d ranks: %q, want %q\n%s", ranks, j.out, want, j.err)
		}
	}
}

// Whatever happens to one rank ends the job within seconds, with a code other than 0
// and a line that says what it was.
func TestMPIFaults(t *testing.T) {
	t.Setenv("CONDMEAN_TIMEOUT", "3s")
	for what, c := range map[string]struct {
		code int // 0: any but 0
		says string
		once bool
	}{
		"panic": {1, "internal error: this rank was told to", true},
		"nil":   {1, "internal error: runtime error: invalid memory address", true},
		"error": {1, "rank 1: the disk of this rank is full", true},
		"usage": {1, "rank: all ranks find the same mistake", true},
		"exit":  {0, "", false},
		"hang":  {1, "step 57: barrier: no other rank went on for 3s", true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Setenv(rankVariable, what)
			j := run(t, 2, os.Args[0])
			if j.code == 0 || c.code != 0 && j.code != c.code || !strings.Contains(j.err, c.says) {
				t.Errorf("exit code %d, want %d\n%s", j.code, c.code, j.err)
			}
			if n := strings.Count(j.err, c.says); c.once && n != 1 {
				t.Errorf("said %d times\n%s", n, j.err)
			}
			if j.took > 30*time.Second {
				t.Errorf("the job took %v to end", j.took)
			}
		})
	}
}

// A program that cannot join the others says so, and trains nothing.
func TestMPIWrongLauncher(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	says := "a launcher started 2 processes (" + launcherVariable + " is set), but this program is built without MPI"
	if j := run(t, 2, filepath.Join(commands, "plain", "train")); j.code == 0 || !strings.Contains(j.err, says) {
		t.Errorf("exit code %d\n%s", j.code, j.err)
	}
	// As the launcher of another implementation leaves it: MPI finds one process.
	cmd := exec.Command(filepath.Join(commands, "train"))
	cmd.Env = append(os.Environ(), otherVariable+"=2")
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != cli.ExitUsage || !strings.Contains(string(out), "finds 1; use the launcher of") {
		t.Errorf("%v\n%s", err, out)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

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
