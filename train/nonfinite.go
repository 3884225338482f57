package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
)

// NonFiniteError describes a step whose loss or gradient is not finite.
type NonFiniteError struct {
	Step    int
	What    string // "loss is NaN", or which gradient
	Samples []int  // of the batch, as indices of the train split
	Bad     []int  // those among them whose own input is not finite

	fed fed // a copy
}

// fed is what the graph was fed.
type fed struct {
	in   example
	run  uint64      // its random numbers derive from it
	ids  []int       // of the samples
	next data.Cursor // behind them
}

// Error implements error.
func (e *NonFiniteError) Error() string {
	const shown = 16
	which, ids := "samples", e.Samples
	if len(e.Bad) > 0 {
		which, ids = "samples with values that are not finite:", e.Bad
	}
	list := strings.Trim(fmt.Sprint(ids[:min(len(ids), shown)]), "[]")
	if more := len(ids) - shown; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("step %d: %s (%s %s of the train split)", e.Step, e.What, which, list)
}

// nonFinite finds out what is not finite.
func nonFinite(step int, loss float64, grads []*model.Tensor, f fed) *NonFiniteError {
	f = fed{f.in.clone(), f.run, slices.Clone(f.ids), f.next}
	err := &NonFiniteError{Step: step, What: fmt.Sprintf("the loss is %v", loss), Samples: f.ids, fed: f}
	if finite(loss) {
		for _, g := range grads {
			if !allFinite(g.Data) {
				err.What = "the gradient of " + g.Name + " is not finite"
				break
			}
		}
	}
	for _, i := range f.in.bad() {
		err.Bad = append(err.Bad, f.ids[i])
	}
	return err
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func allFinite(x []float32) bool {
	return !slices.ContainsFunc(x, func(v float32) bool { return !finite(float64(v)) })
}

// guard keeps what the forward pass of a step changes: the running statistics.
type guard struct{ kept [][]float32 }

func (g *guard) keep(buffers []*model.Tensor) {
	if g.kept == nil {
		g.kept = make([][]float32, len(buffers))
	}
	for i, b := range buffers {
		g.kept[i] = append(g.kept[i][:0], b.Data...)
	}
}

func (g *guard) restore(buffers []*model.Tensor) {
	for i, b := range buffers {
		copy(b.Data, g.kept[i])
	}
}
