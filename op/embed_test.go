package op

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
)

// TestSinusoids checks orders, shifts, odd widths and factors against the
// formula. Frequencies are rounded to float32, which angles of up to 100 radians
// show by 1e-5.
func TestSinusoids(t *testing.T) {
	levels := array{shape: []int{4}, data: []float32{0, 1, 31.5, 97}, fixed: true}
	for _, o := range []EmbeddingOptions{{Dim: 8}, {Dim: 9, CosFirst: true}, {Dim: 32, FrequencyShift: 1}, {Dim: 2, CosFirst: true},
		{Dim: 6, FrequencyShift: 0.5, Factor: 0.25}, {Dim: 7, FrequencyShift: 2, Factor: 0.5}} {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			check(t, []array{levels}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSinusoids(rt, n[0], o) },
				func(v [][]float64) []float64 {
					var y []float64
					factor, half := o.Factor, o.Dim/2
					if factor == 0 {
						factor = 1
					}
					for _, level := range v[0] {
						row := make([]float64, o.Dim)
						for k := range half {
							a := level * factor * math.Exp(-math.Log(10000)*float64(k)/(float64(half)-o.FrequencyShift))
							row[k], row[half+k] = math.Sin(a), math.Cos(a)
							if o.CosFirst {
								row[k], row[half+k] = row[half+k], row[k]
							}
						}
						y = append(y, row...)
					}
					return y
				})
		})
	}
}

// TestSinusoidsAsBefore: sines first with a shift of 1 are the embedding of the
// paper's networks, but for the rounding of exponents.
func TestSinusoidsAsBefore(t *testing.T) {
	levels := array{shape: []int{2}, data: []float32{3, 50}, fixed: true}
	var got [2][]float32
	for i, build := range []func(rt *Runtime, n G.Nodes) (*G.Node, error){
		func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewTimeEmbedding(rt, n[0], 16) },
		func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewSinusoids(rt, n[0], EmbeddingOptions{Dim: 16, FrequencyShift: 1})
		},
	} {
		res, err := runGraph(t, []array{levels}, build, make([]float32, 32), 1)
		if err != nil {
			t.Fatal(err)
		}
		got[i] = res[0]
	}
	for i, v := range got[0] {
		if math.Abs(float64(v-got[1][i])) > 1e-5 {
			t.Errorf("value %d: %v, %v", i, v, got[1][i])
		}
	}
}

func TestFourierEmbedding(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	levels := array{shape: []int{3}, data: []float32{0.01, 1, 50}, fixed: true}
	check(t, []array{levels, random(r, 5).constant()}, func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewFourierEmbedding(rt, n[0], n[1]) },
		func(v [][]float64) []float64 {
			var y []float64
			for _, level := range v[0] {
				row := make([]float64, 10)
				for k, w := range v[1] {
					row[k], row[5+k] = math.Sincos(2 * math.Pi * w * math.Log(level))
				}
				y = append(y, row...)
			}
			return y
		})
}

// TestLookup has an index twice, whose gradients add up, and one never.
func TestLookup(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	index := array{shape: []int{4}, data: []float32{2, 0, 4, 2}, fixed: true}
	build := func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewLookup(rt, n[1], n[0]) }
	check(t, []array{index, random(r, 5, 3)}, build, func(v [][]float64) []float64 {
		var y []float64
		for _, i := range v[0] {
			y = append(y, v[1][int(i)*3:][:3]...)
		}
		return y
	})
	for _, bad := range []float32{-1, 5, 1.5, float32(math.NaN()), float32(math.Inf(1))} {
		in := []array{{shape: []int{1}, data: []float32{bad}, fixed: true}, random(r, 5, 3)}
		if _, err := runGraph(t, in, build, make([]float32, 3), 1); err == nil || !strings.Contains(err.Error(), "index") {
			t.Errorf("index %v: %v", bad, err)
		}
	}
}

func TestEmbeddingsRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	in := []array{random(r, 3), random(r, 3, 4)}
	for name, build := range map[string]func(rt *Runtime, n G.Nodes) (*G.Node, error){
		"a width of 1": func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSinusoids(rt, n[0], EmbeddingOptions{Dim: 1}) },
		"a shift of the width": func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewSinusoids(rt, n[0], EmbeddingOptions{Dim: 4, FrequencyShift: 2})
		},
		"a negative factor": func(rt *Runtime, n G.Nodes) (*G.Node, error) {
			return NewSinusoids(rt, n[0], EmbeddingOptions{Dim: 4, Factor: -1})
		},
		"levels (N,C)":      func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewSinusoids(rt, n[1], EmbeddingOptions{Dim: 4}) },
		"frequencies (N,C)": func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewFourierEmbedding(rt, n[0], n[1]) },
		"a table (T)":       func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewLookup(rt, n[0], n[0]) },
		"indices (N,C)":     func(rt *Runtime, n G.Nodes) (*G.Node, error) { return NewLookup(rt, n[1], n[1]) },
	} {
		if _, err := runGraph(t, in, build, nil, 1); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
