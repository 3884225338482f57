package train

import "slices"

// example is where the examples of a batch go: noisy samples and targets
// (n, dim), levels and weights (n).
type example struct{ x, target, level, weight []float32 }

func newExample(n, dim int) example {
	return example{make([]float32, n*dim), make([]float32, n*dim), make([]float32, n), make([]float32, n)}
}

// first returns the first n of the batch.
func (e example) first(n int) example { return e.part(0, n) }

// part returns n of the batch, from one on.
func (e example) part(from, n int) example {
	dim := len(e.x) / len(e.level)
	return example{e.x[from*dim:][:n*dim], e.target[from*dim:][:n*dim], e.level[from:][:n], e.weight[from:][:n]}
}

func (e example) clone() example {
	return example{slices.Clone(e.x), slices.Clone(e.target), slices.Clone(e.level), slices.Clone(e.weight)}
}

// bad returns which of the batch are not finite.
func (e example) bad() []int {
	var bad []int
	dim := len(e.x) / len(e.level)
	for i := range e.level {
		if !allFinite(e.x[i*dim:][:dim]) || !allFinite(e.target[i*dim:][:dim]) {
			bad = append(bad, i)
		}
	}
	return bad
}
