package onnx

import (
	"fmt"
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	gt "gorgonia.org/tensor"

	"github.com/condmean/condmean/op"
)

// translator turns the operations of a network's inference graph for one sample
// into nodes for any number of them: the first axis of what depends on the sample
// is never written down.
type translator struct {
	*builder
	values map[*G.Node]value
	halved map[*G.Node]int // convolutions of whose result every second pixel is read alone, from which on
	axes   int             // of an image or signal
}

// value is what a node of the network's graph has become.
type value struct {
	name   string                // of the result
	data   []float32             // of a weight: its values; it has no name until it is used
	shape  []int                 // in the network's graph
	affine func(x string) string // of a map that convolutions apply to what they read
	window *op.PatchAttributes   // of patches: cut out of name by the convolution that reads them
}

// image is the number of axes after samples and channels.
func (v value) image() int { return len(v.shape) - 2 }

// translate adds the nodes that out depends on and returns the name of its result;
// the leaves x and level have the names given.
func translate(b *builder, out *G.Node, x, level string) (string, error) {
	t := &translator{builder: b, values: map[*G.Node]value{}, halved: halved(out), axes: len(out.Shape()) - 2}
	for _, n := range op.Nodes(out) {
		o, ok := n.Op().(op.Operation)
		if !ok {
			v, err := t.leaf(n, x, level)
			if err != nil {
				return "", err
			}
			t.values[n] = v
			continue
		}
		in := make([]value, len(o.Inputs()))
		for i, c := range o.Inputs() {
			in[i] = t.values[c]
		}
		v, err := t.operation(n, o, in)
		if err != nil {
			return "", fmt.Errorf("onnx: %s: %w", o.Name(), err)
		}
		v.shape = n.Shape()
		t.values[n] = v
	}
	return t.values[out].name, nil
}

// halved finds the convolutions whose stride can be 2.
func halved(out *G.Node) map[*G.Node]int {
	readers, found := map[*G.Node]int{}, map[*G.Node]int{}
	nodes := op.Nodes(out)
	for _, n := range nodes {
		if o, ok := n.Op().(op.Operation); ok {
			for _, c := range o.Inputs() {
				readers[c]++
			}
		}
	}
	for _, n := range nodes {
		s, ok := n.Op().(*op.Subsample)
		if !ok {
			continue
		}
		from := s.Inputs()[0]
		c, ok := from.Op().(*op.Conv)
		if ok && readers[from] == 1 && c.Padding == op.Zero && !c.Residual && c.Kernel == [2]int{3, 3} {
			found[from] = s.First
		}
	}
	return found
}

func (t *translator) leaf(n *G.Node, x, level string) (value, error) {
	v := value{shape: n.Shape()}
	switch n.Name() {
	case "x":
		v.name = x
		return v, nil
	case "level":
		v.name = level
		return v, nil
	}
	switch data := n.Value().(type) {
	case *G.F32:
		v.data = []float32{float32(*data)}
	case *gt.Dense:
		v.data = data.Float32s()
	default:
		return v, fmt.Errorf("onnx: %s has no values", n.Name())
	}
	v.name = n.Name()
	return v, nil
}

// weight adds a weight to the file, in a shape, once.
func (t *translator) weight(v value, dims ...int) string {
	return t.share("w"+v.name+fmt.Sprint(dims), v.name, func(name string) tensor { return floatTensor(name, v.data, dims...) })
}

// operation returns what an operation becomes.
func (t *translator) operation(n *G.Node, o op.Operation, in []value) (value, error) {
	switch o := o.(type) {
	case *op.Conv:
		return t.conv(n, o, in)
	case *op.Norm:
		return t.norm(o, in)
	case *op.PlaneMoments:
		return value{}, nil // its reader normalises by itself
	case *op.Modulation:
		return t.modulation(in[0]), nil
	case *op.Patches:
		return value{name: in[0].name, window: &o.PatchAttributes}, nil
	case *op.Stack:
		return stack(in)
	case *op.Standardize:
		return standardize(in[0], o.StandardizeAttributes)
	case *op.UnitPlanes:
		return t.unitPlanes(o.UnitAttributes, n.Shape()[2]), nil
	}
	name, err := t.plain(n, o, in)
	return value{name: name}, err
}

// plain translates the operations whose result is an array.
func (t *translator) plain(n *G.Node, o op.Operation, in []value) (string, error) {
	x := in[0].name
	switch o := o.(type) {
	case *op.Reblock:
		return x, nil
	case *op.SiLU:
		return t.silu(x), nil
	case *op.ReLU:
		return t.add("Relu", []string{x}), nil
	case *op.GELU:
		half := t.times(t.plus(t.add("Erf", []string{t.times(x, 1/math.Sqrt2)}), 1), 0.5)
		return t.mul(x, half), nil
	case *op.Product:
		return t.mul(x, in[1].name), nil
	case *op.Sum:
		for i, term := range o.Terms {
			if term.Scaled {
				return "", fmt.Errorf("a sum of gradients")
			}
			if i > 0 {
				x = t.sum(x, in[i].name)
			}
		}
		return x, nil
	case *op.Rescale:
		return t.plus(t.times(x, o.Factor), o.Shift), nil
	case *op.Concat:
		return t.concat(1, x, in[1].name), nil
	case *op.Activate:
		return t.read(in, o.Prologue), nil
	case *op.Film:
		return t.modulation(in[1]).affine(x), nil
	case *op.Quotient:
		return t.add("Div", []string{x, t.reshape(in[1].name, append([]int{-1}, slices.Repeat([]int{1}, len(in[0].shape)-1)...)...)}), nil
	case *op.Resize:
		return t.resize(x, in[0].image(), o.Up), nil
	case *op.Subsample:
		if _, done := t.halved[o.Inputs()[0]]; done {
			return x, nil
		}
		return t.subsample(x, in[0].image(), o.First), nil
	case *op.Attention:
		return t.attention(in, o.AttentionAttributes), nil
	case *op.LinearAttention:
		return t.linearAttention(in, o.AttentionAttributes), nil
	case *op.PixelNorm:
		return t.pixelNorm(in, o.PixelNormAttributes), nil
	}
	return t.rows(n, o, in)
}

// resize halves by the mean of pixels, or doubles by repeating them.
func (t *translator) resize(x string, axes int, up bool) string {
	if !up {
		two := slices.Repeat([]int{2}, axes)
		return t.add("AveragePool", []string{x}, attribute{"kernel_shape", two}, attribute{"strides", two})
	}
	scales := []float32{1, 1, 2, 2}[:2+axes]
	factor := t.share(fmt.Sprint("scales", axes), "", func(name string) tensor { return floatTensor(name, scales, len(scales)) })
	return t.add("Resize", []string{x, "", factor},
		attribute{"mode", "nearest"}, attribute{"coordinate_transformation_mode", "asymmetric"}, attribute{"nearest_mode", "floor"})
}

func (t *translator) subsample(x string, axes, first int) string {
	at := []int{2, 3}[:axes]
	return t.add("Slice", []string{x, t.ints(slices.Repeat([]int{first}, axes)...), t.ints(slices.Repeat([]int{math.MaxInt32}, axes)...),
		t.ints(at...), t.ints(slices.Repeat([]int{2}, axes)...)})
}

// stack joins weights into one.
func stack(in []value) (value, error) {
	var v value
	for _, w := range in {
		if w.data == nil {
			return v, fmt.Errorf("an array that is no weight")
		}
		v.data = append(v.data, w.data...)
		if v.name != "" {
			v.name += "+"
		}
		v.name += w.name
	}
	return v, nil
}

// standardize works a weight out that the network standardises; see op.Standardize.
func standardize(w value, a op.StandardizeAttributes) (value, error) {
	if w.data == nil {
		return w, fmt.Errorf("an array that is no weight")
	}
	each := len(w.data) / w.shape[0]
	v := value{name: w.name + "+standardized", data: make([]float32, 0, len(w.data))}
	for row := range slices.Chunk(w.data, each) {
		mean, variance := 0.0, 0.0
		for _, x := range row {
			mean += float64(x) / float64(each)
		}
		for _, x := range row {
			variance += (float64(x) - mean) * (float64(x) - mean) / float64(each)
		}
		if variance += a.Eps; a.Floor {
			variance = max(variance-a.Eps, a.Eps)
		}
		for _, x := range row {
			v.data = append(v.data, float32((float64(x)-mean)/math.Sqrt(variance)))
		}
	}
	return v, nil
}
