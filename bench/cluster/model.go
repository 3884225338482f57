package main

import (
	"fmt"
	"io"
	"math"
)

// link is the cost of a message of n bytes between two machines: α + n·β.
type link struct{ alpha, beta float64 }

// sum returns the time of a sum of n bytes over p ranks: up a tree and down again if
// they are few, else 2(p-1) messages of a p-th each round a ring,
//
//	2⌈log₂p⌉(α + nβ),  2(p-1)α + 2(p-1)/p·nβ.
func (l link) sum(p int, n float64) float64 {
	const short = 1 << 14 // as package dist has it
	if n <= short {
		return 2 * math.Ceil(math.Log2(float64(p))) * (l.alpha + n*l.beta)
	}
	messages := 2 * float64(p-1)
	return messages*l.alpha + messages/float64(p)*n*l.beta
}

// fit returns the link by the shortest sum and the longest one.
func fit(p int, sizes, seconds []float64) link {
	last := len(sizes) - 1
	alpha := seconds[0] / (2 * math.Ceil(math.Log2(float64(p))))
	messages := 2 * float64(p-1)
	return link{alpha, (seconds[last] - messages*alpha) / (messages / float64(p) * sizes[last])}
}

// network is what a step of training takes on one machine.
type network struct {
	name    string
	values  float64 // that are trained
	seconds float64 // of a step of the batch
	batch   int     // samples on each machine
	norms   int     // batch norms, whose statistics are summed
}

// networks are those of docs/performance.md on 2 cores (AMD EPYC, Zen 4), and for the two
// last ones 36 and 1,500 GFLOP a sample at 250 GFLOP/s.
var networks = []network{
	{"UNet, mixture (64), batch norm", 1_494_529, 0.126, 128, 43},
	{"UNet, MNIST, batch norm", 1_061_441, 0.331, 128, 33},
	{"UNet, audio, batch norm", 5_620_578, 0.701, 128, 53},
	{"ddpm-cifar10-32", 35.7e6, 36. * 16 / 250, 16, 0},
	{"114 M (256×256)", 113.7e6, 1500. * 2 / 250, 2, 0},
}

// buckets is how many parts the gradients are summed in, as package op has it.
func (n network) buckets() float64 {
	return min(16, math.Ceil(n.values/(1<<18)))
}

// step returns the time of a step on p machines, each of which has a batch of its own,
// where gradients are summed after the backward pass, and where they are summed while
// it goes on: forward is a third of the work, and the last bucket finds nothing to
// overlap with. Statistics wait for whatever is summed before them, which is left out.
func (n network) step(l link, p int, faster float64) (after, along, sums float64) {
	work := n.seconds / faster
	part := l.sum(p, 4*n.values/n.buckets())
	sums = n.buckets() * part
	statistics := float64(3*n.norms) * l.sum(p, 1024)
	after = work + sums + statistics
	along = max(work+part, work/3+sums) + statistics
	return after, along, sums
}

// predict prints the time of steps and the share of it that is not waiting.
func predict(w io.Writer, l link, nodes []int, faster float64) error {
	if _, err := fmt.Fprintf(w, "α = %.1f µs, 1/β = %.2f GB/s, machines %g× as fast\n\n| network | MB a step | machines | work / ms | sum / ms | step / ms | overlapped / ms | efficiency |\n|---|--:|--:|--:|--:|--:|--:|--:|\n", l.alpha*1e6, 1e-9/l.beta, faster); err != nil {
		return err
	}
	for _, n := range networks {
		for _, p := range nodes {
			after, along, sums := n.step(l, p, faster)
			work := n.seconds / faster
			if _, err := fmt.Fprintf(w, "| %s | %.1f | %d | %.0f | %.1f | %.0f | %.0f | %.0f %% → %.0f %% |\n", n.name, 4e-6*n.values, p, work*1e3, sums*1e3, after*1e3, along*1e3, 100*work/after, 100*work/along); err != nil {
				return err
			}
		}
	}
	return nil
}
