package dist_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/dist/disttest"
	"github.com/condmean/condmean/internal/rng"
)

// numbers are those of a rank: whole ones, of which sums are exact.
func numbers(n, rank int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64((i*7+rank*13)%101 - 50)
	}
	return x
}

// Sums have every element once, for lengths on both sides of the change from tree
// to ring, and lengths below the number of ranks.
func TestSum(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4, 5, 7, 8} {
		for _, n := range []int{0, 1, 2, 5, 2048, 2049, 4097, 10_000} {
			want := make([]float64, n)
			for r := range size {
				for i, v := range numbers(n, r) {
					want[i] += v
				}
			}
			disttest.Run(t, size, func(g dist.Group) error {
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
				for i, w := range want {
					if x[i] != w || y[i] != float32(w) {
						return fmt.Errorf("%d numbers: element %d: %v and %v, want %v", n, i, x[i], y[i], w)
					}
				}
				return nil
			})
		}
	}
}

// Part c of a ring's sum begins with rank c, as the package's comment says; a tree
// adds pairs. All ranks have the same bits.
func TestOrder(t *testing.T) {
	const n, size = 3000, 3
	x := make([][]float64, size)
	for r := range x {
		x[r] = make([]float64, n)
		s := rng.New(1, rng.Probe, 0, uint64(r))
		s.Normal(x[r])
	}
	for _, length := range []int{n, 100} {
		disttest.Run(t, size, func(g dist.Group) error {
			got := append([]float64(nil), x[g.Rank()][:length]...)
			if err := g.AllReduceSum(got); err != nil {
				return err
			}
			for c := range size {
				lo, hi := dist.Share(length, c, size)
				for i := lo; i < hi; i++ {
					want := (x[c][i] + x[(c+1)%size][i]) + x[(c+2)%size][i]
					if length == 100 {
						want = (x[0][i] + x[1][i]) + x[2][i]
					}
					if math.Float64bits(got[i]) != math.Float64bits(want) {
						return fmt.Errorf("element %d of %d: %v, want %v", i, length, got[i], want)
					}
				}
			}
			return nil
		})
	}
}

func TestBroadcast(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4, 5, 6, 8} {
		for root := range size {
			disttest.Run(t, size, func(g dist.Group) error {
				b := []byte{byte(g.Rank()), 1, 2}
				if err := g.Broadcast(b, root); err != nil {
					return err
				}
				if b[0] != byte(root) {
					return fmt.Errorf("root %d: got that of %d", root, b[0])
				}
				v := map[string]float64{"rank": float64(g.Rank())}
				if err := dist.Tell(g, &v, root); err != nil {
					return err
				}
				if v["rank"] != float64(root) || len(v) != 1 {
					return fmt.Errorf("root %d: told %v", root, v)
				}
				return nil
			})
		}
	}
}

// Pieces that are shared out, and arrays that are gathered, are what one rank makes.
func TestShares(t *testing.T) {
	for _, size := range []int{1, 2, 3, 5} {
		for _, n := range []int{0, 1, 3, 4, 11} {
			disttest.Run(t, size, func(g dist.Group) error {
				got, err := dist.Map(g, n, func(i int) ([]int, error) { return []int{i, i * i}, nil })
				if err != nil {
					return err
				}
				x := make([]float64, 2*n)
				lo, hi := dist.Share(n, g.Rank(), size)
				for i := lo; i < hi; i++ {
					x[2*i], x[2*i+1] = float64(i), math.Inf(-1)
				}
				if err := dist.Gather(g, x, func(rank int) (int, int) {
					lo, hi := dist.Share(n, rank, size)
					return 2 * lo, 2 * hi
				}); err != nil {
					return err
				}
				for i := range n {
					if got[i][0] != i || got[i][1] != i*i || x[2*i] != float64(i) || !math.IsInf(x[2*i+1], -1) {
						return fmt.Errorf("piece %d of %d: %v, gathered %v", i, n, got[i], x[2*i:][:2])
					}
				}
				return nil
			})
		}
	}
}

// A rank that does not come makes the collective of the others fail, with the name of
// what they were doing, once somebody watches; and all that follows fails alike.
func TestHung(t *testing.T) {
	const limit = 100 * time.Millisecond
	disttest.RunWithin(t, 2, limit, func(g dist.Group) error {
		if g.Rank() == 1 {
			time.Sleep(3 * limit) // nobody watches yet
		}
		if err := g.Barrier(); err != nil {
			return err
		}
		return nil
	})
	told := make(chan error, 2)
	ft := &failures{TB: t}
	disttest.RunWithin(ft, 2, limit, func(g dist.Group) error {
		g.Watch("step 57")
		if g.Rank() == 1 {
			time.Sleep(5 * limit)
			return nil
		}
		told <- g.AllReduceSum(make([]float64, 3))
		told <- g.Barrier()
		return errors.New("hung")
	})
	for range 2 {
		err := <-told
		if err == nil || !strings.Contains(err.Error(), "step 57: sum of 3 numbers: no other rank went on for 100ms") {
			t.Errorf("error: %v", err)
		}
	}
	if ft.n == 0 {
		t.Error("no error was reported")
	}
}

// failures counts errors instead of reporting them.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Errorf(string, ...any) { f.n++ }

func TestSame(t *testing.T) {
	disttest.Run(t, 3, func(g dist.Group) error {
		if err := dist.Same(g, "kernels", "avx2"); err != nil {
			return err
		}
		err := dist.Same(g, "kernels", []string{"avx512", "avx512", "avx2"}[g.Rank()])
		if err == nil || !strings.Contains(err.Error(), "kernels: not the same on rank 2 as on rank 0") {
			return fmt.Errorf("error %v", err)
		}
		err = dist.Same(g, "settings", []string{"a: 1\n  lr: 1\nb: 2", "a: 1\n  lr: 2\nb: 2", "a: 1\n  lr: 2\nb: 2"}[g.Rank()])
		if want := `settings: not the same on rank 1 as on rank 0: "lr: 2" there, "lr: 1" on rank 0`; err == nil || err.Error() != want {
			return fmt.Errorf("error %v, want %s", err, want)
		}
		return nil
	})
}

func TestFirst(t *testing.T) {
	file := false
	disttest.Run(t, 4, func(g dist.Group) error {
		return dist.First(g, func() error {
			if dist.Leads(g) {
				time.Sleep(10 * time.Millisecond)
				file = true
			} else if !file {
				return fmt.Errorf("the file is not there yet")
			}
			return nil
		})
	})
}

// Without a launcher there is one process; under one, a program that cannot join
// says what to do.
func TestOpen(t *testing.T) {
	for _, v := range []string{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "PMIX_RANK"} {
		t.Setenv(v, "")
	}
	g, err := dist.Open()
	if err != nil || g.Size() != 1 {
		t.Fatal(g, err)
	}
	t.Setenv("CONDMEAN_TIMEOUT", "soon")
	if _, err := dist.Timeout(); err == nil || !strings.Contains(err.Error(), "CONDMEAN_TIMEOUT") {
		t.Error(err)
	}
}
