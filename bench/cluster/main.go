// Command cluster measures sums over the ranks of a job, and predicts from their cost
// how long training steps take on many machines. See docs/cluster.md.
//
//	mpirun -n 2 cluster --sums          # -tags mpi: time of sums by size, and α and β
//	cluster --predict --alpha 30e-6 --beta 0.87e-9 --nodes 8,32,256
package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/internal/cli"
)

func main() {
	o := options{flags: pflag.NewFlagSet("cluster", pflag.ContinueOnError)}
	f := o.flags
	f.BoolVar(&o.sums, "sums", false, "measure sums over the ranks")
	f.IntVar(&o.rounds, "rounds", 9, "`number` of times that each is measured")
	f.BoolVar(&o.predict, "predict", false, "predict the time of training steps")
	f.Float64Var(&o.link.alpha, "alpha", 30e-6, "time of a short message in `s`")
	f.Float64Var(&o.link.beta, "beta", 0.87e-9, "time of a byte in `s`")
	f.IntSliceVar(&o.nodes, "nodes", []int{8, 16, 32, 64, 128, 256}, "`numbers` of machines, one rank on each")
	f.Float64Var(&o.faster, "faster", 1, "`times` as fast as the machine that the table of networks was measured on")
	c := &cli.Command{Name: "cluster", Summary: "Measures sums over ranks and predicts training steps on many machines.",
		Examples: "cluster --predict   # 10 Gb/s Ethernet\n", Flags: f, Ranks: true, Run: o.run, End: o.job.End}
	c.Main()
}

type options struct {
	flags         *pflag.FlagSet
	job           dist.Job
	sums, predict bool
	rounds        int
	link          link
	nodes         []int
	faster        float64
}

func (o *options) run(_ context.Context, s cli.Streams) error {
	switch {
	case o.predict:
		return predict(s.Out, o.link, o.nodes, o.faster)
	case o.sums && o.rounds > 0:
		g, err := o.job.Begin()
		if err != nil {
			return err
		}
		return o.job.Failed(measure(s.Out, g, o.rounds))
	}
	return configs.Usagef("ask for --sums or --predict; see cluster --help")
}

// measure prints the median time of a sum by its size, and α and β that fit them.
func measure(w io.Writer, g dist.Group, rounds int) error {
	if g.Size() == 1 {
		return configs.Usagef("one process has nothing to add up; start several by mpirun")
	}
	var sizes, seconds []float64
	for _, n := range []int{4, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22} {
		x := make([]float32, n)
		times := make([]float64, rounds)
		for i := range times {
			if err := g.Barrier(); err != nil {
				return err
			}
			start := time.Now()
			if err := g.Start(x)(); err != nil {
				return err
			}
			times[i] = time.Since(start).Seconds()
		}
		slices.Sort(times)
		sizes, seconds = append(sizes, float64(4*n)), append(seconds, times[rounds/2])
	}
	if !dist.Leads(g) {
		return nil
	}
	l := fit(g.Size(), sizes, seconds)
	if _, err := fmt.Fprintf(w, "%d ranks: α = %.1f µs, 1/β = %.3f GB/s\n\n|   bytes | measured / ms | model / ms |\n|--:|--:|--:|\n", g.Size(), l.alpha*1e6, 1e-9/l.beta); err != nil {
		return err
	}
	for i, n := range sizes {
		if _, err := fmt.Fprintf(w, "| %.0f | %.3f | %.3f |\n", n, seconds[i]*1e3, l.sum(g.Size(), n)*1e3); err != nil {
			return err
		}
	}
	return nil
}
