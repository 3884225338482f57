//go:build mpi

package dist_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

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
