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

// String returns the name in configurations.
func (k LossKind) String() string { return [...]string{"mse", "l1"}[k] }

// ParseLoss returns the kind of a name, mse or l1.
func ParseLoss(name string) (LossKind, error) {
	switch name {
	case "mse", "":
		return MSE, nil
	case "l1":
		return L1, nil
	}
	return 0, fmt.Errorf("loss %q is unknown, want mse or l1", name)
}

// Loss is the mean over all values of w_n·(pred-target)², or w_n·|pred-target|,
// with a weight for each sample. Of a Share of a batch it is what the samples add to
// the mean over the whole. Inputs: pred (N,…), target (N,…), w (N).
type Loss struct {
	core
	Share
	Kind   LossKind
	scalar *G.F32
}

// NewLoss adds the scalar loss of pred against target, both of shape (N,…),
// with weight (N).
func NewLoss(rt *Runtime, kind LossKind, pred, target, weight *G.Node) (*G.Node, error) {
	return NewShareLoss(rt, kind, Share{}, pred, target, weight)
}

// NewShareLoss is NewLoss for a share of a batch.
func NewShareLoss(rt *Runtime, kind LossKind, share Share, pred, target, weight *G.Node) (*G.Node, error) {
	if !pred.Shape().Eq(target.Shape()) {
		return nil, fmt.Errorf("op: loss: prediction has shape %v, target %v", pred.Shape(), target.Shape())
	}
	if kind != MSE && kind != L1 {
		return nil, fmt.Errorf("op: loss: kind %d is unknown", kind)
	}
	if err := expect("loss", "the weight", weight, plain, pred.Shape()[0]); err != nil {
		return nil, err
	}
	if err := expect("loss", "the target", target, plain, pred.Shape()...); err != nil {
		return nil, err
	}
	pred, err := Unblock(rt, pred)
	if err != nil {
		return nil, err
	}
	return apply(&Loss{core: newCore(rt, "loss", plain), Share: share, Kind: kind, scalar: G.NewF32(0)}, pred, target, weight)
}

// Attributes tells the distance, and the share if it is one.
func (l *Loss) Attributes() []Attribute {
	return append([]Attribute{{"kind", l.Kind}}, l.attributes()...)
}

// FLOP counts difference, square or modulus, weight and sum of each value.
func (l *Loss) FLOP() int64 { return 4 * int64(l.in[0].Shape().TotalSize()) }

// Do computes the loss; sums are float64.
func (l *Loss) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	w := floats(v[2])
	*l.scalar = G.F32(kernel.Loss(l.rt.ws, kernel.LossKind(l.Kind), floats(v[0]), floats(v[1]), w, len(w), l.whole(len(w))))
	return l.scalar, nil
}

// DiffWRT reports a gradient for the prediction.
func (l *Loss) DiffWRT(int) []bool { return []bool{true, false, false} }

// SymDiff returns the gradient of the prediction.
func (l *Loss) SymDiff(in G.Nodes, _, grad *G.Node) (G.Nodes, error) {
	g := &LossGrad{core: newCore(l.rt, "loss.dx", plain, in[0].Shape()...), Share: l.Share, Kind: l.Kind}
	n, err := apply(g, in[0], in[1], in[2], grad)
	return G.Nodes{n, nil, nil}, err
}

// LossGrad is the gradient of a Loss with respect to the prediction, the
// subgradient 0 where the distance is 0. Inputs: pred, target, w, and the gradient
// of the loss itself, a scalar.
type LossGrad struct {
	core
	noDiff
	Share
	Kind LossKind
}

// Attributes tells the distance, and the share if it is one.
func (l *LossGrad) Attributes() []Attribute {
	return append([]Attribute{{"kind", l.Kind}}, l.attributes()...)
}

// FLOP counts difference, sign or factor and weight of each value.
func (l *LossGrad) FLOP() int64 { return 3 * l.count() }

// Do computes the gradient.
func (l *LossGrad) Do(v ...G.Value) (out G.Value, err error) {
	defer l.guard(&err)
	w := floats(v[2])
	kernel.LossGrad(l.rt.ws, kernel.LossKind(l.Kind), l.buf(), floats(v[0]), floats(v[1]), w, len(w), l.whole(len(w)), scalar(v[3]))
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
