package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/isa"
	"github.com/condmean/condmean/internal/par"
)

// randomSpec draws a small convolution: images and signals, sizes down to 1,
// channels that do not fill blocks, both paddings.
func randomSpec(r *rand.Rand) ConvSpec {
	c := ConvSpec{In: Shape{1 + r.IntN(5), 1 + r.IntN(40), 1 + r.IntN(6), 1 + r.IntN(18)}, Out: 1 + r.IntN(40), KH: 3, KW: 3, Replicate: r.IntN(4) == 0}
	switch r.IntN(6) {
	case 5: // signals large enough for Winograd's algorithm
		c = ConvSpec{In: Shape{1 + r.IntN(40), 16 + r.IntN(40), 1, 4 + r.IntN(40)}, Out: 16 + r.IntN(40), KH: 1, KW: 3, Replicate: r.IntN(8) == 0}
		if r.IntN(3) == 0 { // few, which workers share
			c.In.N, c.In.W = 2+r.IntN(2), 125+r.IntN(20)
		}
	case 4: // images likewise
		c = ConvSpec{In: Shape{8 + r.IntN(12), 16 + r.IntN(20), 4 + r.IntN(6), 4 + r.IntN(6)}, Out: 16 + r.IntN(20), KH: 3, KW: 3}
	case 0:
		c.KH, c.KW = 1, 1
	case 1: // a signal, in a batch that is convolved several samples at a time
		c.In.H, c.KH, c.In.N = 1, 1, 1+r.IntN(40)
		c.In.C, c.Out = 1+r.IntN(20), 1+r.IntN(35)
	case 2:
		c.In.H, c.KH, c.In.W = 1, 1, 1+r.IntN(40)
	}
	c.Anew = r.IntN(2) == 0
	return c
}

// TestConv compares forward and backward passes, with and without prologue,
// mask, residual and moments, with float64 references over random shapes.
func TestConv(t *testing.T) {
	trials := 120
	if testing.Short() {
		trials = 25
	}
	inTiers(t, func(t *testing.T, w *Workspace) {
		r := rand.New(rand.NewPCG(1, 2))
		for range trials {
			c := randomSpec(r)
			t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) { checkConv(t, w, c, r) })
		}
	})
}

func checkConv(t *testing.T, w *Workspace, c ConvSpec, r *rand.Rand) {
	s, out := c.In, Shape{c.In.N, c.Out, c.In.H, c.In.W}
	hw := s.H * s.W
	x, weight, bias := random(r, s.N*s.C*hw), random(r, c.Out*s.C*c.KH*c.KW), random(r, c.Out)
	dy := random(r, out.N*out.C*hw)
	var scale, shift, mask, residual []float32
	if r.IntN(3) > 0 {
		scale, shift = random(r, s.N*s.C), random(r, s.N*s.C)
		if r.IntN(2) == 0 {
			mask = random(r, s.N*s.C)
		}
	}
	if r.IntN(2) == 0 {
		residual = random(r, len(dy))
	}
	pre := Prologue{Scale: lanesOf(s, scale), Shift: lanesOf(s, shift), Mask: lanesOf(s, mask)}

	// References.
	f, df := wide(x), make([]float64, len(x)) // f(x) and f'(x)
	for i := range f {
		df[i] = 1
		if scale != nil {
			k := i / hw
			z := float64(scale[k])*f[i] + float64(shift[k])
			f[i], df[i] = naiveSiLU(z), naiveSiLUGrad(z)
			if mask != nil {
				f[i] *= float64(mask[k])
				df[i] *= float64(mask[k])
			}
		}
	}
	wantY := naiveConv(c, f, wide(weight), wide(bias))
	for i := range residual {
		wantY[i] += float64(residual[i])
	}
	wantZ, wantW, wantB := make([]float64, len(x)), make([]float64, len(weight)), make([]float64, c.Out)
	c.each(func(yi, xi, wi int) {
		wantZ[xi] += float64(weight[wi]) * float64(dy[yi]) * df[xi]
		wantW[wi] += f[xi] * float64(dy[yi])
	})
	for i, v := range dy {
		wantB[i/hw%c.Out] += float64(v)
	}

	k, err := NewConv(c, w)
	if err != nil {
		t.Fatal(err)
	}
	bx, bdy := blockedFrom(w, x, s), blockedFrom(w, dy, out)
	var bres []float32
	if residual != nil {
		bres = blockedFrom(w, residual, out)
	}
	tol, tolW := 2e-6, 2e-6
	if k.wino != nil {
		tol, tolW = 2e-6, 4e-6
	}
	k.SetWeights(weight, bias)
	y := poison(out.Len())
	m := &Moments{Mean: poison(out.N * out.Blocks() * lane), M2: poison(out.N * out.Blocks() * lane)}
	k.Forward(y, bx, pre, bres, m)
	got := plainFrom(t, w, y, out)
	closeTo(t, "forward", got, wantY, tol)
	mean, m2 := make([]float64, out.N*out.C), make([]float64, out.N*out.C)
	for i, v := range got {
		mean[i/hw] += float64(v) / float64(hw)
	}
	for i, v := range got {
		d := float64(v) - mean[i/hw]
		m2[i/hw] += d * d
	}
	closeTo(t, "mean", unlanes(t, out, m.Mean), mean, 1e-5)
	closeTo(t, "squares", unlanes(t, out, m.M2), m2, 1e-5)

	k.SetWeightsBackward(weight)
	dz := poison(s.Len())
	g := &PrologueGrad{Scale: poison(s.N * s.Blocks() * lane), Shift: poison(s.N * s.Blocks() * lane)}
	k.BackwardData(dz, bdy, bx, pre, g)
	gz := plainFrom(t, w, dz, s)
	closeTo(t, "backward data", gz, wantZ, tol)
	if scale != nil {
		dScale, dShift, size := make([]float64, s.N*s.C), make([]float64, s.N*s.C), 0.0
		for i, v := range wantZ {
			dScale[i/hw] += v * float64(x[i])
			dShift[i/hw] += v
			size += math.Abs(v * float64(x[i]))
		}
		closeTo(t, "sums of dz·x", unlanes(t, s, g.Scale), dScale, 2e-5)
		closeTo(t, "sums of dz", unlanes(t, s, g.Shift), dShift, 2e-5)
	}

	dw, db := poison(len(weight)), poison(c.Out)
	k.BackwardWeights(dw, db, bdy, bx, pre)
	closeTo(t, "backward weights", dw, wantW, tolW)
	closeTo(t, "backward bias", db, wantB, tol)
}

// TestThreads demands bitwise equal results for 1 to 4 threads, few samples
// (which are split by rows and channels) included.
func TestThreads(t *testing.T) {
	for _, ti := range tiers() {
		for _, c := range []ConvSpec{
			{In: Shape{1, 33, 7, 9}, Out: 40, KH: 3, KW: 3},
			{In: Shape{5, 16, 8, 8}, Out: 16, KH: 3, KW: 3},
			{In: Shape{40, 10, 1, 8}, Out: 33, KH: 1, KW: 3},
			{In: Shape{40, 20, 1, 8}, Out: 33, KH: 1, KW: 3},
			{In: Shape{5, 20, 1, 70}, Out: 33, KH: 1, KW: 3},
			{In: Shape{19, 20, 7, 6}, Out: 33, KH: 3, KW: 3},
		} {
			var first [][]float32
			for threads := 1; threads <= 4; threads++ {
				pool := par.New(threads)
				w := newWorkspace(pool, ti)
				r := rand.New(rand.NewPCG(5, 6))
				s, out := c.In, Shape{c.In.N, c.Out, c.In.H, c.In.W}
				x, dy := blockedFrom(w, random(r, s.N*s.C*s.H*s.W), s), blockedFrom(w, random(r, out.N*out.C*out.H*out.W), out)
				weight := random(r, c.Out*s.C*c.KH*c.KW)
				pre := Prologue{Scale: lanesOf(s, random(r, s.N*s.C)), Shift: lanesOf(s, random(r, s.N*s.C))}
				k, err := NewConv(c, w)
				if err != nil {
					t.Fatal(err)
				}
				k.SetWeights(weight, nil)
				k.SetWeightsBackward(weight)
				res := [][]float32{poison(out.Len()), poison(s.Len()), poison(len(weight)), poison(c.Out)}
				k.Forward(res[0], x, pre, nil, nil)
				k.BackwardData(res[1], dy, x, pre, nil)
				k.BackwardWeights(res[2], res[3], dy, x, pre)
				pool.Close()
				if first == nil {
					first = res
				}
				for i := range res {
					for j := range res[i] {
						if math.Float32bits(res[i][j]) != math.Float32bits(first[i][j]) {
							t.Fatalf("%s: result %d of %+v differs with %d threads", ti.name, i, c, threads)
						}
					}
				}
			}
		}
	}
}

func TestConvRefusals(t *testing.T) {
	pool := par.New(1)
	defer pool.Close()
	w := newWorkspace(pool, generic)
	for _, c := range []ConvSpec{
		{In: Shape{1, 1, 1, 1}, Out: 1, KH: 2, KW: 3},
		{In: Shape{1, 0, 1, 1}, Out: 1, KH: 1, KW: 1},
		{In: Shape{1, 1, 1, 1}, Out: 0, KH: 1, KW: 1},
		{In: Shape{1, 1 << 20, 1 << 10, 1}, Out: 1, KH: 3, KW: 3},
		{In: Shape{1, 1 << 20, 1, 1}, Out: 1 << 20, KH: 3, KW: 3},
	} {
		if _, err := NewConv(c, w); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	t.Setenv(isa.Variable, "sse")
	if _, err := NewWorkspace(w.pool); !configs.IsUsage(err) {
		t.Errorf("an unknown tier gives %v, want a usage error", err)
	}
}

// TestNoAllocations holds the steady state of the hot kernels to the closures
// that hand work to the threads.
func TestNoAllocations(t *testing.T) {
	inTiers(t, func(t *testing.T, w *Workspace) {
		c := ConvSpec{In: Shape{8, 16, 6, 6}, Out: 32, KH: 3, KW: 3}
		k, err := NewConv(c, w)
		if err != nil {
			t.Fatal(err)
		}
		s, out := c.In, Shape{8, 32, 6, 6}
		weight := make([]float32, 32*16*9)
		x, y, dw, db := Alloc(s.Len()), Alloc(out.Len()), Alloc(len(weight)), Alloc(32)
		step := func() {
			k.SetWeights(weight, nil)
			k.Forward(y, x, Prologue{}, nil, nil)
			k.SetWeightsBackward(weight)
			k.BackwardData(x, y, nil, Prologue{}, nil)
			k.BackwardWeights(dw, db, y, x, Prologue{})
		}
		step()
		if n := testing.AllocsPerRun(5, step); n > 40 {
			t.Errorf("%v allocations in a step", n)
		}
	})
}

// BenchmarkConv reports GFLOP/s of the direct algorithm, and GB/s of activations
// read and written once, at the shapes of the MNIST, gmm64 and ddpm-cifar10 networks.
func BenchmarkConv(b *testing.B) {
	for _, ti := range tiers() {
		for _, c := range []ConvSpec{
			{In: Shape{128, 16, 28, 28}, Out: 16, KH: 3, KW: 3},
			{In: Shape{128, 32, 14, 14}, Out: 32, KH: 3, KW: 3},
			{In: Shape{128, 64, 7, 7}, Out: 64, KH: 3, KW: 3},
			{In: Shape{128, 128, 7, 7}, Out: 64, KH: 3, KW: 3},
			{In: Shape{128, 16, 1, 64}, Out: 16, KH: 1, KW: 3},
			{In: Shape{128, 128, 1, 8}, Out: 128, KH: 1, KW: 3},
			{In: Shape{16, 128, 32, 32}, Out: 128, KH: 3, KW: 3},
			{In: Shape{16, 256, 16, 16}, Out: 256, KH: 3, KW: 3},
			{In: Shape{16, 256, 8, 8}, Out: 256, KH: 3, KW: 3},
			{In: Shape{16, 256, 4, 4}, Out: 256, KH: 3, KW: 3},
		} {
			if ti == generic {
				c.In.N = 4
			}
			c.Anew = true
			pool := par.New(2)
			w := newWorkspace(pool, ti)
			r := rand.New(rand.NewPCG(1, 2))
			s, out := c.In, Shape{c.In.N, c.Out, c.In.H, c.In.W}
			k, err := NewConv(c, w)
			if err != nil {
				b.Fatal(err)
			}
			weight := random(r, c.Out*s.C*c.KH*c.KW)
			x, y := blockedFrom(w, random(r, s.N*s.C*s.H*s.W), s), blockedFrom(w, random(r, out.N*out.C*out.H*out.W), out)
			pre := Prologue{Scale: lanesOf(s, random(r, s.N*s.C)), Shift: lanesOf(s, random(r, s.N*s.C))}
			dst, dz, dw, db := Alloc(out.Len()), Alloc(s.Len()), Alloc(len(weight)), Alloc(c.Out)
			k.SetWeights(weight, nil)
			k.SetWeightsBackward(weight)
			flop := 2 * float64(s.N*s.C*c.Out*c.KH*c.KW*s.H*s.W)
			floats := map[string]int{"forward": s.Len() + out.Len(), "data": 2*s.Len() + out.Len(), "weights": s.Len() + out.Len(), "pack": 2 * len(weight)}
			for name, f := range map[string]func(){
				"forward": func() { k.Forward(dst, x, pre, nil, nil) },
				"data":    func() { k.BackwardData(dz, y, x, pre, nil) },
				"weights": func() { k.BackwardWeights(dw, db, y, x, pre) },
				"pack":    func() { k.SetWeights(weight, nil) },
			} {
				b.Run(fmt.Sprintf("%s/%dto%d-%dx%d/%s", ti.name, s.C, c.Out, s.H, s.W, name), func(b *testing.B) {
					for b.Loop() {
						f()
					}
					b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
					b.ReportMetric(4*float64(floats[name])*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
				})
			}
			pool.Close()
		}
	}
}
