package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/sched"
)

// estimator writes the graph of a denoiser.
type estimator struct {
	*builder
	network *model.Network
	levels  *levels
	norm    *data.Norm
	shape   []int // of a sample
	dims    []any // of y
	free    bool  // samples may have any size
}

// build adds the nodes from the inputs y and snr_db to the output x.
func (e *estimator) build(m sched.Method) error {
	s := e.levels.schedule
	mean, scale := e.perValue(e.norm.Mean), e.perValue(e.norm.Scale)
	x := e.add("Div", []string{e.sub("y", mean), scale})

	db := e.reshape("snr_db", -1, 1) // (K,1)
	// √(SNR/(1+SNR)) scales to unit power.
	x = e.mul(x, e.wide(e.add("Sqrt", []string{e.add("Sigmoid", []string{e.times(db, math.Ln10/10)})})))
	distance := e.add("Abs", []string{e.sub(db, e.table(e.levels.each(s.SNRdB)))})              // (K,T)
	tHat := e.add("ArgMin", []string{distance}, attribute{"axis", 1}, attribute{"keepdims", 0}) // (K)

	estimate := e.oneShot
	if m == sched.MethodMean {
		estimate = e.chain
	}
	x, err := estimate(x, tHat)
	if err != nil {
		return err
	}
	x = e.sum(e.mul(x, scale), mean)
	// An observation cleaner than the top level is returned as it is.
	above := e.add("Greater", []string{db, e.number(s.SNRdB(0) + topMargin)})
	e.name(e.add("Where", []string{e.wide(above), "y", x}), "x")
	return nil
}

// topMargin is by how many dB an SNR must lie above the top level to be told from it
// in float32.
const topMargin = 1e-4

// oneShot is Tweedie's formula at the levels tHat.
func (e *estimator) oneShot(x, tHat string) (string, error) {
	out, err := e.predict(e.builder, x, e.samples(e.add("Gather", []string{e.table(e.levels.each(e.levels.fed)), tHat})))
	if err != nil {
		return "", err
	}
	p, q := e.pairs(e.levels.oneShot)
	at := func(table string) string { return e.wide(e.add("Gather", []string{table, tHat})) }
	return e.sum(e.mul(at(p), x), e.mul(at(q), out)), nil
}

// chain is the chain of posterior means: from the highest level of the batch down,
// and each sample takes part from its own level on.
func (e *estimator) chain(x, tHat string) (string, error) {
	last := e.add("ReduceMax", []string{tHat}, attribute{"keepdims", 0})
	p, q := e.pairs(e.levels.step)
	fed := e.table(e.levels.each(e.levels.fed))

	b := e.body("step")
	step, proceed, state := b.fresh(), b.fresh(), b.fresh()
	i := b.sub(last, step)
	at := func(table string) string { return b.add("Gather", []string{table, i}) }
	level := b.add("Expand", []string{at(fed), e.batch()})
	out, err := e.predict(b, state, level)
	if err != nil {
		return "", err
	}
	next := b.sum(b.mul(at(p), state), b.mul(at(q), out))
	begun := b.add("LessOrEqual", []string{i, tHat})
	next = b.add("Where", []string{b.reshape(begun, e.wideShape()...), next, state})
	b.graph.inputs = []port{{name: step, elem: int64Type, dims: []any{}}, {name: proceed, elem: boolType, dims: []any{}}, {name: state, elem: float32Type, dims: e.dims}}
	again := b.add("Identity", []string{proceed})
	b.graph.outputs = []port{{name: again, elem: boolType, dims: []any{}}, {name: next, elem: float32Type, dims: e.dims}}
	return e.add("Loop", []string{e.sum(last, e.integer(1)), "", x}, attribute{"body", b.graph}), nil
}

// predict adds the network to a graph.
func (e *estimator) predict(b *builder, x, level string) (string, error) {
	out, err := e.network.InferenceGraph(1)
	if err != nil {
		return "", err
	}
	if got := []int(out.Shape())[1:]; !slices.Equal(got, e.shape) {
		return "", fmt.Errorf("onnx: the network returns samples of shape %v, want %v", got, e.shape)
	}
	return translate(b, out, x, level)
}

// pairs makes tables of two coefficients of each level.
func (e *estimator) pairs(f func(i int) (p, q float64)) (p, q string) {
	return e.table(e.levels.each(func(i int) float64 { p, _ := f(i); return p })),
		e.table(e.levels.each(func(i int) float64 { _, q := f(i); return q }))
}

// batch is the number of samples, of shape (1).
func (e *estimator) batch() string {
	return e.add("Slice", []string{e.add("Shape", []string{"y"}), e.ints(0), e.ints(1)})
}

// samples gives numbers (K) to all samples: (N).
func (e *estimator) samples(x string) string { return e.add("Expand", []string{x, e.batch()}) }

// wide gives numbers (K) the axes of samples.
func (e *estimator) wide(x string) string { return e.reshape(x, e.wideShape()...) }

func (e *estimator) wideShape() []int {
	return append([]int{-1}, slices.Repeat([]int{1}, len(e.shape))...)
}

// perValue is a constant that broadcasts over samples.
func (e *estimator) perValue(values []float64) string {
	narrow := make([]float32, len(values))
	for i, v := range values {
		narrow[i] = float32(v)
	}
	switch c := e.shape[0]; {
	case len(values) == 1:
		return e.number(values[0])
	case e.free: // one a channel
		first := make([]float32, c)
		for k := range first {
			first[k] = narrow[k*len(values)/c]
		}
		return e.channels(first, len(e.shape)-1)
	}
	return e.constants(narrow, append([]int{1}, e.shape...)...)
}
