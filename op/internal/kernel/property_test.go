package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/condmean/condmean/internal/par"
)

// Bounds of the relative root mean square error of results of each algorithm
// against float64, whatever the tier: sums of up to some thousand rounded
// products. TestConv demands the same of convolutions with a prologue.
type bounds struct{ forward, data, weights, bias float64 }

var (
	directBounds   = bounds{forward: 2e-6, data: 2e-6, weights: 2e-6, bias: 2e-6}
	winogradBounds = bounds{forward: 2e-6, data: 2e-6, weights: 4e-6, bias: 2e-6}
	signalBounds   = bounds{forward: 1e-6, data: 1e-6, weights: 1e-6, bias: 1e-6}
)

// results of the three passes of a convolution, in torch layout.
type results struct{ y, dx, dw, db []float32 }

// TestConvProperty holds for hundreds of random convolutions, every tier of this
// machine, Winograd's algorithm and the direct one, that results are within
// their bounds of a naive sum in float64, and bitwise the same for 1, 2 and 3
// threads. The shapes are those of randomSpec: signals and images, 1 and 3 taps,
// both paddings, channels that do not fill blocks; tiles of every size and
// signals of every length come first.
func TestConvProperty(t *testing.T) {
	trials := 300
	if testing.Short() {
		trials = 60
	}
	var pools []*par.Pool
	for threads := 1; threads <= 3; threads++ {
		pools = append(pools, par.New(threads))
		t.Cleanup(pools[threads-1].Close)
	}
	worst := map[string]*bounds{}
	seen := map[string]int{}
	r := rand.New(rand.NewPCG(11, 12))
	specs := append(everyTile(), everyLength()...)
	for range trials {
		specs = append(specs, randomSpec(r))
	}
	many := []ConvSpec{ // weights
		{In: Shape{3, 115, 5, 6}, Out: 125, KH: 3, KW: 3},
		{In: Shape{33, 120, 1, 6}, Out: 115, KH: 1, KW: 3},
	}
	specs = append(append(specs, many...), fewTiles)
	specs = append(specs, fewSamples()...)
	specs = append(specs, wideImages()...)
	for _, c := range specs {
		s, out := c.In, Shape{c.In.N, c.Out, c.In.H, c.In.W}
		x, dy := random(r, s.N*s.C*s.H*s.W), random(r, out.N*out.C*out.H*out.W)
		weight, bias := random(r, c.Out*s.C*c.KH*c.KW), random(r, c.Out)
		want := naivePasses(c, x, dy, weight, bias)
		for _, ti := range tiers() {
			for _, direct := range []bool{false, true} {
				var first results
				for _, pool := range pools {
					w := newWorkspace(pool, ti)
					w.direct = direct
					k, err := NewConv(c, w)
					if err != nil {
						t.Fatal(err)
					}
					name, limit := ti.name+" direct", directBounds
					if k.wino != nil && slices.Contains(many, c) {
						k.wino.batch = (s.N + 1) / 2 // in two passes
					}
					if k.wino != nil && k.wino.signal() {
						name, limit = ti.name+" Winograd of signals", signalBounds
					} else if k.wino != nil {
						name, limit = ti.name+" Winograd", winogradBounds
					} else if !direct {
						continue // the direct algorithm comes next
					}
					got := passes(t, k, x, dy, weight, bias)
					if pool == pools[0] {
						first = got
						seen[name]++
						e := bounds{relative(got.y, want[0]), relative(got.dx, want[1]), relative(got.dw, want[2]), relativeSums(got.db, want[3], dy)}
						if !(e.forward <= limit.forward && e.data <= limit.data && e.weights <= limit.weights && e.bias <= limit.bias) {
							t.Errorf("%s, %+v: relative errors %.2g, want at most %.2g", name, c, e, limit)
						}
						if worst[name] == nil {
							worst[name] = &bounds{}
						}
						worst[name].include(e)
					} else if what := first.differ(got); what != "" {
						t.Errorf("%s, %+v: %s differs between 1 and %d threads", name, c, what, pool.Threads())
					}
				}
			}
		}
	}
	for _, ti := range tiers() {
		for _, algorithm := range []string{" direct", " Winograd", " Winograd of signals"} {
			name := ti.name + algorithm
			if seen[name] < trials/20 {
				t.Errorf("%s: only %d of %d shapes", name, seen[name], len(specs))
				continue
			}
			t.Logf("%-27s %3d shapes, largest relative errors: forward %.1e, data %.1e, weights %.1e, bias %.1e",
				name, seen[name], worst[name].forward, worst[name].data, worst[name].weights, worst[name].bias)
		}
	}
}

// fewTiles is a convolution of many weights, each for the few tiles of a batch.
var fewTiles = ConvSpec{In: Shape{6, 120, 4, 4}, Out: 115, KH: 3, KW: 3, Anew: true}

// TestFewTiles demands bitwise the same of a batch whose tiles are multiplied together
// as of its samples apart.
func TestFewTiles(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(5, 6))
		s, out := fewTiles.In, Shape{fewTiles.In.N, fewTiles.Out, fewTiles.In.H, fewTiles.In.W}
		x, dy := random(r, s.N*s.C*s.H*s.W), random(r, out.N*out.C*out.H*out.W)
		weight, bias := random(r, fewTiles.Out*s.C*9), random(r, fewTiles.Out)
		var got [2]results
		for i := range got {
			k, err := NewConv(fewTiles, w)
			if err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				k.wino.batch = 1
			}
			if k.fewTiles() != (i == 0) {
				t.Fatalf("samples are taken together: %v", k.fewTiles())
			}
			got[i] = passes(t, k, x, dy, weight, bias)
		}
		if what := got[0].differ(got[1]); what != "" {
			t.Errorf("%s differs", what)
		}
	})
}

// TestAnew demands of convolutions that are set anew before each use, and share
// memory for their packed weights, what those return that keep theirs.
func TestAnew(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, c := range []ConvSpec{
			{In: Shape{3, 20, 5, 6}, Out: 40, KH: 1, KW: 1}, fewTiles, {In: Shape{9, 40, 9, 6}, Out: 20, KH: 3, KW: 3}, {In: Shape{3, 7, 1, 6}, Out: 9, KH: 1, KW: 3},
		} {
			s, out := c.In, Shape{c.In.N, c.Out, c.In.H, c.In.W}
			x, dy := random(r, s.N*s.C*s.H*s.W), random(r, out.N*out.C*out.H*out.W)
			weight, bias := random(r, c.Out*s.C*c.KH*c.KW), random(r, c.Out)
			var got [2]results
			for i := range got {
				c.Anew = i == 1
				k, err := NewConv(c, w)
				if err != nil {
					t.Fatal(err)
				}
				got[i] = passes(t, k, x, dy, weight, bias)
			}
			if what := got[0].differ(got[1]); what != "" {
				t.Errorf("%+v: %s differs", c, what)
			}
		}
	})
}

// wideImages returns convolutions of images whose rows of tiles are transformed in
// parts, around whole parts.
func wideImages() []ConvSpec {
	var specs []ConvSpec
	part := maxColumns * winoTile
	for _, width := range []int{part - 1, part, part + 1, part + winoTile, 2*part + 3} {
		specs = append(specs, ConvSpec{In: Shape{5, lane + 1, winoTile + 1, width}, Out: lane, KH: 3, KW: 3})
	}
	return specs
}

// everyTile returns convolutions whose rows are one tile each, of every number of
// pixels and blocks, for that is what assembly is unrolled by.
func everyTile() []ConvSpec {
	var specs []ConvSpec
	for pixels := 1; pixels <= maxPixels; pixels++ {
		for group := 1; group <= maxGroup; group++ {
			for _, taps := range []int{1, 3} {
				specs = append(specs, ConvSpec{In: Shape{1, lane + 1, 3, pixels}, Out: group * lane, KH: taps, KW: taps})
			}
		}
	}
	return specs
}

// fewSamples returns convolutions of one sample or two, which are cut into sets of
// output blocks and bands of rows.
func fewSamples() []ConvSpec {
	return []ConvSpec{
		{In: Shape{1, 16, 28, 28}, Out: 1, KH: 3, KW: 3, Replicate: true},  // two bands
		{In: Shape{2, 3, 27, 29}, Out: 20, KH: 3, KW: 3, Replicate: true},  // likewise
		{In: Shape{1, 33, 26, 25}, Out: 16, KH: 3, KW: 3},                  // four
		{In: Shape{1, 40, 7, 7}, Out: 70, KH: 3, KW: 3},                    // two sets
		{In: Shape{1, 50, 17, 14}, Out: 70, KH: 3, KW: 3, Replicate: true}, // three of two bands
		{In: Shape{2, 40, 1, 30}, Out: 100, KH: 1, KW: 3},                  // of signals
		{In: Shape{1, 100, 7, 7}, Out: 150, KH: 1, KW: 1},
		{In: Shape{1, 130, 6, 5}, Out: 260, KH: 3, KW: 3},  // many sets
		{In: Shape{1, 70, 14, 13}, Out: 40, KH: 3, KW: 3},  // by Winograd's algorithm
		{In: Shape{2, 20, 26, 25}, Out: 30, KH: 3, KW: 3},  // likewise
		{In: Shape{1, 128, 14, 14}, Out: 96, KH: 3, KW: 3}, // with transforms of their own sections
	}
}

// everyLength returns convolutions of signals that Winograd's algorithm takes, whose
// tiles cover them exactly or reach beyond by every number of pixels.
func everyLength() []ConvSpec {
	var specs []ConvSpec
	for length := winoTile; length < 4*winoTile; length++ {
		for _, n := range []int{4 * lane, 4*lane + 3} {
			c := ConvSpec{In: Shape{n, lane + length, 1, length}, Out: 2*lane + length, KH: 1, KW: 3}
			if newWinograd(c, generic) != nil {
				specs = append(specs, c)
			}
		}
	}
	return specs
}

// naivePasses returns y, dx, dw and db in float64.
func naivePasses(c ConvSpec, x, dy, weight, bias []float32) [4][]float64 {
	dx, dw, db := make([]float64, len(x)), make([]float64, len(weight)), make([]float64, c.Out)
	fx, fdy, fw := wide(x), wide(dy), wide(weight)
	c.each(func(yi, xi, wi int) {
		dx[xi] += fw[wi] * fdy[yi]
		dw[wi] += fx[xi] * fdy[yi]
	})
	for i, v := range fdy {
		db[i/(c.In.H*c.In.W)%c.Out] += v
	}
	return [4][]float64{naiveConv(c, fx, fw, wide(bias)), dx, dw, db}
}

// passes runs a convolution forward and backward.
func passes(t *testing.T, k *Conv, x, dy, weight, bias []float32) results {
	t.Helper()
	s, out := k.In, k.out
	bx, bdy := blockedFrom(k.w, x, s), blockedFrom(k.w, dy, out)
	k.SetWeights(weight, bias)
	k.SetWeightsBackward(weight)
	y, dx, dw, db := poison(out.Len()), poison(s.Len()), poison(len(weight)), poison(k.Out)
	k.Forward(y, bx, Prologue{}, nil, nil)
	k.BackwardData(dx, bdy, nil, Prologue{}, nil)
	k.BackwardWeights(dw, db, bdy, bx, Prologue{})
	return results{plainFrom(t, k.w, y, out), plainFrom(t, k.w, dx, s), dw, db}
}

// differ names the first result that is not bitwise equal, or nothing.
func (a results) differ(b results) string {
	for _, p := range []struct {
		name string
		a, b []float32
	}{{"y", a.y, b.y}, {"dx", a.dx, b.dx}, {"dw", a.dw, b.dw}, {"db", a.db, b.db}} {
		for i := range p.a {
			if math.Float32bits(p.a[i]) != math.Float32bits(p.b[i]) {
				return fmt.Sprintf("%s[%d]", p.name, i)
			}
		}
	}
	return ""
}

// relative returns the root mean square of got - want over that of want.
func relative(got []float32, want []float64) float64 {
	var e, w float64
	for i, v := range want {
		d := float64(got[i]) - v
		e += d * d
		w += v * v
	}
	return math.Sqrt(e / w)
}

// relativeSums is relative for sums of random terms, each of a channel: over the root
// of the terms' squares, which is what sums are like whose terms have not cancelled by
// chance.
func relativeSums(got []float32, want []float64, terms []float32) float64 {
	var e, w float64
	for i, v := range want {
		d := float64(got[i]) - v
		e += d * d
	}
	for _, v := range terms {
		w += float64(v) * float64(v)
	}
	return math.Sqrt(e / w)
}

func (b *bounds) include(e bounds) {
	b.forward, b.data = max(b.forward, e.forward), max(b.data, e.data)
	b.weights, b.bias = max(b.weights, e.weights), max(b.bias, e.bias)
}
