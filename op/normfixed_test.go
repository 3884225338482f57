package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestFixedNorm compares a batch norm by running statistics with its formula, for
// every scale-shift, and demands that frozen weights are read once a version.
func TestFixedNorm(t *testing.T) {
	rt := newRuntime(t, 2)
	r := rand.New(rand.NewPCG(3, 5))
	for _, film := range []string{"none", "before", "after", "shift", "shift after"} {
		for _, d := range [][2]int{{1, 16}, {2, 5}, {300, 40}} {
			n, c := d[0], d[1]
			t.Run(fmt.Sprintf("%s-%dx%d", film, n, c), func(t *testing.T) {
				g := G.NewGraph()
				leaf := func(name string, a array) *G.Node { return NewInput(g, name, a.data, a.shape...) }
				gamma, beta, mean, variance := random(r, c), random(r, c), random(r, c), random(r, c)
				for i, v := range variance.data {
					variance.data[i] = v*v + .1
				}
				o := NormOptions{Mode: Eval, Running: &Running{Mean: mean.data, Var: variance.data}, Frozen: &Frozen{},
					After: film == "after" || film == "shift after"}
				scales := random(r, n, 2*c)
				var f *G.Node
				switch film {
				case "none":
				case "before", "after":
					f = leaf("film", scales)
				default:
					scales = random(r, n, c)
					f = leaf("film", scales)
				}
				y, err := NewNorm(rt, leaf("x", random(r, n, c, 2)), nil, f, leaf("gamma", gamma), leaf("beta", beta), o)
				if err != nil {
					t.Fatal(err)
				}
				p, err := NewProgram(y)
				if err != nil {
					t.Fatal(err)
				}
				want := func() []float64 {
					w := make([]float64, 2*n*pad16(c))
					for i := range n {
						for k := range c {
							s, b := 0., 0.
							switch film {
							case "none":
							case "before", "after":
								s, b = float64(scales.data[i*2*c+k]), float64(scales.data[i*2*c+c+k])
							default:
								b = float64(scales.data[i*c+k])
							}
							// Of γ(x-μ)/√(V+ε) + β with x = (1+s)z + b, or of its scale-shift.
							norm := float64(gamma.data[k]) / math.Sqrt(float64(variance.data[k])+NormEps)
							at := func(z float64) float64 {
								if o.After {
									return (norm*(z-float64(mean.data[k]))+float64(beta.data[k]))*(1+s) + b
								}
								return norm*((1+s)*z+b-float64(mean.data[k])) + float64(beta.data[k])
							}
							w[i*pad16(c)+k], w[(n+i)*pad16(c)+k] = at(1)-at(0), at(0)
						}
					}
					return w
				}
				run := func(version uint64) []float32 {
					o.Frozen.Set(version)
					if err := p.Run(); err != nil {
						t.Fatal(err)
					}
					return p.Output(0)
				}
				before := want()
				compare(t, "the map", run(1), before, 1e-6, 0)
				gamma.data[0]++
				mean.data[c-1]--
				compare(t, "the map of frozen weights", run(1), before, 1e-6, 0)
				compare(t, "the map of the next version", run(2), want(), 1e-6, 0)
				beta.data[0]++
				compare(t, "the map of unknown weights", run(0), want(), 1e-6, 0)
				if err := p.Close(); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// TestFixedNormOfManySamples demands of many samples, which a kernel computes, bitwise
// what few have.
func TestFixedNormOfManySamples(t *testing.T) {
	rt := newRuntime(t, 2)
	r := rand.New(rand.NewPCG(4, 6))
	const n, c = 3 * manySamples, 40
	a := NormAttributes{NormOptions: NormOptions{Mode: Eval, Eps: NormEps}, Pixels: 4, Film: true}
	var f fixedNorm
	for range c {
		f.a, f.e = append(f.a, r.NormFloat64()), append(f.e, r.NormFloat64())
	}
	film := random(r, n, 2*c).data
	values := func(n int, film []float32) (scale, shift []float32) {
		m := newNormMath(rt, a, n, c)
		scale, shift = make([]float32, n*pad16(c)), make([]float32, n*pad16(c))
		m.fixed(&f, scale, shift, normInputs{film: film})
		return scale, shift
	}
	scale, shift := values(n, film)
	for i := range n {
		s, b := values(1, film[i*2*c:][:2*c])
		at := i * pad16(c)
		if !slices.Equal(s, scale[at:][:len(s)]) || !slices.Equal(b, shift[at:][:len(b)]) {
			t.Fatalf("sample %d differs from itself alone", i)
		}
	}
}
