package op

import (
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op/internal/kernel"
)

// LossKind is the distance between prediction and target.
type LossKind int

const (
	MSE LossKind = iota // mean squared error
	L1                  // mean absolute error
)

// ParseLoss returns the kind of a name, mse or l1.
func ParseLoss(name string) (LossKind, error) {
	switch name {
	case "mse", "l2", "":
		return MSE, nil
	case "l1":
		return L1, nil
	}
	return 0, fmt.Errorf("loss %q is unknown, want mse or l1", name)
}

// Loss is the mean over all values of w_n·(pred-target)², or w_n·|pred-target|,
// with a weight for each sample.
type Loss struct {
	core
	Kind   LossKind
	scalar *G.F32
}

// NewLoss adds the scalar loss of pred against target, both of shape (N,…),
// with weight (N).
func NewLoss(rt *Runtime, kind LossKind, pred, target, weight *G.Node) (*G.Node, error) {
	if !pred.Shape().Eq(target.Shape()) {
		return nil, fmt.Errorf("op: loss: prediction has shape %v, target %v", pred.Shape(), target.Shape())
	}
	if s := weight.Shape(); len(s) != 1 || s[0] != pred.Shape()[0] {
		return nil, fmt.Errorf("op: loss: weights have shape %v, want (%d)", s, pred.Shape()[0])
	}
	pred, err := Unblock(rt, pred)
	if err != nil {
		return nil, err
	}
	return apply(&Loss{core: newCore(rt, "loss", plain), Kind: kind, scalar: G.NewF32(0)}, pred, target, weight)
}

// Do computes the loss; sums are float64.
func (l *Loss) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	w := floats(v[2])
	*l.scalar = G.F32(kernel.Loss(l.rt.ws, kernel.LossKind(l.Kind), floats(v[0]), floats(v[1]), w, len(w)))
	return l.scalar, nil
}

// DiffWRT reports a gradient for the prediction.
func (l *Loss) DiffWRT(int) []bool { return []bool{true, false, false} }

// SymDiff returns the gradient of the prediction.
func (l *Loss) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	g := &LossGrad{core: newCore(l.rt, "loss.dx", plain, in[0].Shape()...), kind: l.Kind}
	n, err := apply(g, in[0], in[1], in[2], grad)
	return G.Nodes{n, nil, nil}, err
}

// LossGrad is the gradient of a Loss with respect to the prediction.
type LossGrad struct {
	core
	noDiff
	kind LossKind
}

// Do computes the gradient.
func (l *LossGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	w := floats(v[2])
	kernel.LossGrad(l.rt.ws, kernel.LossKind(l.kind), l.buf(), floats(v[0]), floats(v[1]), w, len(w), scalar(v[3]))
	return l.out, nil
}

func scalar(v G.Value) float32 {
	if f, ok := v.(*G.F32); ok {
		return float32(*f)
	}
	return v.Data().(float32)
}

var (
	_ operation = (*Loss)(nil)
	_ operation = (*LossGrad)(nil)
)
