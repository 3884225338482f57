package gmm

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/condmean/condmean/internal/gemm"
)

// stageCols is the number of whitened coordinates that are evaluated before
// the next look at whether a component can still matter to a sample.
const stageCols = 128

// logNegligible bounds, in nats below a sample's likeliest component, the
// components whose responsibility is negligible.
var logNegligible = math.Log(negligible)

// whitened is a component N(m, C) for the evaluation of its density: with the
// Cholesky factorisation C = UᵀU of the reordered dimensions, dᵀC⁻¹d = ‖dU⁻¹‖²
// (d a row), and since U⁻¹ is triangular, the first columns of it need the
// first dimensions of d alone.
type whitened struct {
	stages []*gemm.Matrix[float64] // columns [s·stageCols, …) of U⁻¹, down to the diagonal
	shift  []float64               // -mU⁻¹
	logc   float64                 // log w - ½ log det(2πC)
}

func newWhitened(weight float64, mean, cov []float64, order []int) (w whitened, err error) {
	n := len(order)
	c, m := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for i, p := range order {
		m.SetVec(i, mean[p])
		for j := i; j < n; j++ {
			c.SetSym(i, j, cov[p*n+order[j]])
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(c) {
		return w, fmt.Errorf("covariance is not positive definite; raise Reg")
	}
	var u, inv mat.TriDense
	chol.UTo(&u)
	if err := inv.InverseTri(&u); err != nil {
		return w, fmt.Errorf("covariance is close to singular (%w); raise Reg", err)
	}
	for from := 0; from < n; from += stageCols {
		to := min(from+stageCols, n)
		cols := make([]float64, to*(to-from))
		for i := range to {
			for j := max(i, from); j < to; j++ {
				cols[i*(to-from)+j-from] = inv.At(i, j)
			}
		}
		w.stages = append(w.stages, gemm.Pack(cols, to, to-from))
	}
	shift := mat.NewVecDense(n, nil)
	shift.MulVec(inv.T(), m)
	shift.ScaleVec(-1, shift)
	w.shift = shift.RawVector().Data
	w.logc = math.Log(weight) - (float64(n)*math.Log(2*math.Pi)+chol.LogDet())/2
	return w, nil
}

// expectFull fills resp, logp and label for full covariances. A quadratic form
// only grows while its terms are summed, so a component is dropped for a
// sample as soon as what it has makes its responsibility negligible beside
// the component that was likeliest in the last iteration, which is evaluated
// first. In many dimensions this skips most of the work.
func (f *fit) expectFull(ctx context.Context) error {
	k := f.Components
	comps, errs := make([]whitened, k), make([]error, k)
	f.Pool.Do(k, func(j, _ int) {
		comps[j], errs[j] = newWhitened(f.m.weights[j], f.m.mean(j), f.m.comps[j].dense, f.order)
	})
	for j, err := range errs {
		if err != nil {
			return fmt.Errorf("component %d: %w", j, err)
		}
	}
	best := f.logp
	for i := range best {
		best[i] = math.Inf(-1)
	}
	lo, hi := f.ownSamples(f.Group.Rank())
	rows := make([]int, 0, hi-lo)
	work := make([]stageScratch, f.Pool.Threads())
	for _, own := range []bool{true, false} {
		for j := range k { // one component at a time stays in the cache
			rows = rows[:0]
			for i := lo; i < hi; i++ {
				if (f.label[i] == j) == own {
					rows = append(rows, i)
				}
			}
			f.Pool.Do(chunks(len(rows)), func(c, worker int) {
				if ctx.Err() == nil {
					f.logDensities(&work[worker], &comps[j], j, rows[c*chunk:min((c+1)*chunk, len(rows))], best)
				}
			})
		}
	}
	f.Pool.Do(chunks(hi-lo), func(c, _ int) {
		for i := lo + c*chunk; i < min(lo+(c+1)*chunk, hi); i++ {
			f.logp[i], f.label[i] = softmax(f.resp[i*k : (i+1)*k])
		}
	})
	return ctx.Err()
}

// stageScratch is the memory of one worker.
type stageScratch struct {
	a, y, q []float64
	alive   []int
	gemm    gemm.Workspace[float64]
}

// logDensities writes the log-weights of component j for up to chunk samples
// into resp, -Inf where negligible beside best, which it raises.
func (f *fit) logDensities(s *stageScratch, w *whitened, j int, rows []int, best []float64) {
	if s.a == nil {
		s.a, s.y, s.q = make([]float64, chunk*f.n), make([]float64, chunk*stageCols), make([]float64, chunk)
	}
	k := f.Components
	s.alive = append(s.alive[:0], rows...)
	clear(s.q)
	for st, cols := range w.stages {
		from := st * stageCols
		to := min(from+stageCols, f.n)
		for p, i := range s.alive {
			x, a := f.sample(i), s.a[p*to:(p+1)*to]
			for l, d := range f.order[:to] {
				a[l] = x[d]
			}
			copy(s.y[p*(to-from):], w.shift[from:to])
		}
		cols.Add(s.y, s.a, len(s.alive), &s.gemm)
		kept := 0
		for p, i := range s.alive {
			q := s.q[p]
			for _, v := range s.y[p*(to-from) : (p+1)*(to-from)] {
				q += v * v
			}
			l := w.logc - q/2 // an upper bound, before the last stage
			if l < best[i]+logNegligible {
				f.resp[i*k+j] = math.Inf(-1)
				continue
			}
			f.resp[i*k+j] = l
			s.alive[kept], s.q[kept] = i, q
			kept++
		}
		if s.alive = s.alive[:kept]; kept == 0 {
			return
		}
	}
	for _, i := range s.alive {
		best[i] = max(best[i], f.resp[i*k+j])
	}
}
