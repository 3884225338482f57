package kernel

import (
	"fmt"
	"os"

	"github.com/condmean/condmean/internal/gemm"
	"github.com/condmean/condmean/internal/par"
)

// Workspace is what kernels run on: worker threads, scratch memory of each, and
// the tier of the inner loops. Calls on one Workspace must not overlap.
type Workspace struct {
	pool     *par.Pool
	tier     *tier
	scratch  []buffers   // by worker
	tileRows []rowMemory // by worker
	gemm     gemm.Workspace[float32]
	right    gemm.Matrix[float32] // the right factor of a product that is packed for one use
	shared   buffers              // read by all workers
	least    [uses]int            // floats that they will have to hold, as far as is known
	partial  buffers              // partial sums of weight gradients
	sums     []float64            // partial sums of reductions
	zero     []float32            // a bias of zeros
	direct   bool                 // Winograd's algorithm is not used

	apart    []head // heads of attention, by worker
	together head   // a head of all workers
}

// buffers are scratch arrays of growing size, by use.
type buffers [uses][]float32

// NewWorkspace returns a workspace with the fastest inner loops of this
// machine, or those that CONDMEAN_KERNEL names; it fails if the machine does not
// have them. CONDMEAN_CONV=direct turns Winograd's algorithm off.
func NewWorkspace(p *par.Pool) (*Workspace, error) {
	t, err := pick()
	if err != nil {
		return nil, err
	}
	w := newWorkspace(p, t)
	switch v := os.Getenv(directVariable); v {
	case "", "auto":
	case "direct":
		w.direct = true
	default:
		return nil, fmt.Errorf("%s=%s: want auto or direct", directVariable, v)
	}
	return w, nil
}

func newWorkspace(p *par.Pool, t *tier) *Workspace {
	w := &Workspace{pool: p, tier: t, scratch: make([]buffers, p.Threads()), tileRows: make([]rowMemory, p.Threads()), gemm: gemm.Workspace[float32]{Pool: p}}
	w.apart = make([]head, p.Threads())
	for i := range w.apart {
		w.apart[i] = head{w: w, tmp: new([3 * lane]float32)}
	}
	w.together = head{w: w, tmp: new([3 * lane]float32), gemm: gemm.Workspace[float32]{Pool: p}}
	return w
}

// directVariable turns Winograd's algorithm off.
const directVariable = "CONDMEAN_CONV"

// Tier returns the name of the inner loops in use: generic, avx2, avx512 or neon.
func (w *Workspace) Tier() string { return w.tier.name }

// of returns buffer number use of a worker with room for n floats.
func (w *Workspace) of(worker, use, n int) []float32 { return w.scratch[worker].get(use, n) }

// reserve says that some convolution needs n floats of shared buffer number use: one
// that grew from layer to layer would leave what it had been behind.
func (w *Workspace) reserve(use, n int) { w.least[use] = max(w.least[use], n) }

// common returns shared buffer number use with room for n floats.
func (w *Workspace) common(use, n int) []float32 {
	return w.shared.get(use, max(n, w.least[use]))[:n]
}

// zeros returns n zeros, which must not be written. NewConv makes room.
func (w *Workspace) zeros(n int) []float32 { return w.zero[:n] }

// planes calls f for each plane of activations of a shape.
func (w *Workspace) planes(s Shape, f func(i, worker int)) {
	w.planeRanges(s, func(i0, i1, worker int) {
		for i := i0; i < i1; i++ {
			f(i, worker)
		}
	})
}

// planeRanges calls f for ranges [i0,i1) of them, as many as are worth handing to
// another worker.
func (w *Workspace) planeRanges(s Shape, f func(i0, i1, worker int)) {
	const pixels, least = 1024, 16 // of a range; ranges
	n := s.N * s.Blocks()
	each := max(1, min(pixels/(s.H*s.W), n/least))
	w.pool.Do((n+each-1)/each, func(k, worker int) { f(k*each, min((k+1)*each, n), worker) })
}

func (b *buffers) get(use, n int) []float32 {
	if len(b[use]) < n {
		b[use] = Alloc(n)
	}
	return b[use][:n]
}
