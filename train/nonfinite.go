package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
)

// NonFiniteError describes a step whose loss, gradient or running statistics are
// not finite.
type NonFiniteError struct {
	Step    int
	What    string // "the loss is NaN", or which tensor is not finite
	Samples []int  // of the batch, as indices of the train split
	Bad     []int  // those among them whose own input is not finite

	fed fed // a copy
}

// fed is what the graph was fed with a batch.
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

// nonFinite describes a step by what is not finite in it.
func nonFinite(step int, what string, f fed) *NonFiniteError {
	f = fed{f.in.clone(), f.run, slices.Clone(f.ids), f.next}
	err := &NonFiniteError{Step: step, What: what, Samples: f.ids, fed: f}
	for _, i := range f.in.bad() {
		err.Bad = append(err.Bad, f.ids[i])
	}
	return err
}

// checkStep refuses a loss or a gradient that is not finite. The norm is that of
// the gradient, which is finite if all of it is.
func checkStep(step int, loss, norm float64, grads []*model.Tensor, f fed) error {
	switch {
	case !finite(loss):
		return nonFinite(step, fmt.Sprintf("the loss is %v", loss), f)
	case !finite(norm):
		return nonFinite(step, "the gradient of "+firstNonFinite(grads)+" is not finite", f)
	}
	return nil
}

// firstNonFinite names the first tensor that is not finite, "" if all are.
func firstNonFinite(tensors []*model.Tensor) string {
	for _, t := range tensors {
		if !allFinite(t.Data) {
			return t.Name
		}
	}
	return ""
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
