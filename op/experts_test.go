package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestExperts checks the prediction and the gradients of all parameters, for levels at
// which one expert is certain and at which many share a sample.
func TestExperts(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	for _, s := range []struct{ n, k, r, d int }{{1, 1, 1, 1}, {3, 2, 2, 5}, {5, 7, 3, 8}, {9, 20, 4, 17}} {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			in := expertArrays(r, s.n, s.k, s.r, s.d)
			check(t, in, newExpertsOf, func(v [][]float64) []float64 { return refExperts(v, s.n, s.k, s.r, s.d) })
		})
	}
}

// TestExpertsHighSNR: where all gains are near 1, what they differ by is still right.
func TestExpertsHighSNR(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for _, rho := range []float32{6, 9, 12} {
		t.Run(fmt.Sprint(rho), func(t *testing.T) {
			in := expertArrays(r, 9, 4, 4, 17)
			for i := range in[1].data {
				in[1].data[i] = rho
			}
			check(t, in, newExpertsOf, func(v [][]float64) []float64 { return refExperts(v, 9, 4, 4, 17) })
		})
	}
}

// expertArrays are random inputs of Experts.
func expertArrays(r *rand.Rand, n, k, directions, d int) []array {
	in := []array{random(r, n, d).constant(), random(r, n).constant(), random(r, k, directions, d), random(r, k, d), random(r, k, directions), random(r, k), random(r, k)}
	for i := range in[1].data {
		in[1].data[i] *= 2
	}
	for i := range in[2].data {
		in[2].data[i] /= float32(math.Sqrt(float64(d)))
	}
	for i := range in[5].data {
		in[5].data[i] -= 2
	}
	return in
}

func newExpertsOf(rt *Runtime, n G.Nodes) (*G.Node, error) {
	return NewExperts(rt, n[0], n[1], ExpertInputs{Directions: n[2], Means: n[3], Variances: n[4], Rest: n[5], Weights: n[6]}, nil)
}

// refExperts is the formula of Experts, word for word.
func refExperts(in [][]float64, n, k, r, d int) []float64 {
	x, rho, u, m, a, b, w := in[0], in[1], in[2], in[3], in[4], in[5], in[6]
	sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	y := make([]float64, n*d)
	for i := range n {
		abar := sigmoid(rho[i])
		eps, log := make([][]float64, k), make([]float64, k)
		for e := range k {
			eps[e] = make([]float64, d)
			g0, square := sigmoid(b[e]+rho[i]), 0.0
			for j := range d {
				eps[e][j] = x[i*d+j] - math.Sqrt(abar)*m[e*d+j]
				square += eps[e][j] * eps[e][j]
			}
			kept, sum := 0.0, float64(d-r)*math.Log1p(math.Exp(b[e]+rho[i]))
			out := make([]float64, d)
			for q := range r {
				z, g := 0.0, sigmoid(a[e*r+q]+rho[i])
				for j := range d {
					z += u[(e*r+q)*d+j] * eps[e][j]
				}
				for j := range d {
					out[j] += u[(e*r+q)*d+j] * (g - g0) * z
				}
				kept += (g - g0) * z * z
				sum += math.Log1p(math.Exp(a[e*r+q] + rho[i]))
			}
			for j := range d {
				eps[e][j] = ((1-g0)*eps[e][j] - out[j]) / math.Sqrt(1-abar)
			}
			log[e] = w[e] - (sum+((1-g0)*square-kept)/(1-abar))/2
		}
		gate := refSoftmaxGate(log, make([]float64, k), 1, 1)
		for e := range k {
			for j := range d {
				y[i*d+j] += gate[e] * eps[e][j]
			}
		}
	}
	return y
}

// TestExpertsFrozen: directions that are frozen are packed once a version, and give
// bitwise what others give.
func TestExpertsFrozen(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	in := expertArrays(r, 5, 7, 3, 20)
	rt, frozen, g := newRuntime(t, 2), &Frozen{}, G.NewGraph()
	var nodes G.Nodes
	for i, a := range in {
		nodes = append(nodes, NewInput(g, fmt.Sprint(i), a.data, a.shape...))
	}
	build := func(f *Frozen) *G.Node {
		y, err := NewExperts(rt, nodes[0], nodes[1], ExpertInputs{nodes[2], nodes[3], nodes[4], nodes[5], nodes[6]}, f)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	p, err := NewProgram(build(frozen), build(nil))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, step := range []struct {
		version uint64
		change  bool
		equal   bool
	}{{1, false, true}, {1, true, false}, {2, false, true}} {
		if step.change {
			in[2].data[4]++
		}
		frozen.Set(step.version)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if equal := slices.Equal(p.Output(0), p.Output(1)); equal != step.equal {
			t.Errorf("version %d, changed %v: equal %v", step.version, step.change, equal)
		}
	}
}

func TestInterpolate(t *testing.T) {
	table := []float32{3, -1, 5, 4}
	check(t, []array{{shape: []int{4}, data: table, fixed: true}, {shape: []int{7}, data: []float32{0, 3, 0.25, 1.5, 2.75, -2, 9}, fixed: true}},
		func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewInterpolate(rt, n[0], n[1]) },
		func([][]float64) []float64 { return []float64{3, 4, 2, 2, 4.25, 3, 4} })
	check(t, []array{{shape: []int{1}, data: table[:1], fixed: true}, {shape: []int{2}, data: []float32{0, 2}, fixed: true}},
		func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewInterpolate(rt, n[0], n[1]) },
		func([][]float64) []float64 { return []float64{3, 3} })
}
