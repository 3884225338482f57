package rng

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"
)

// Streams are part of the reproducibility contract: a seed in a paper must
// give the same numbers in every later version. If this test fails, the
// change that broke it is wrong. The bits are those of a second implementation
// of the key and of PCG-DXSM, in another language.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		seed         uint64
		purpose      Purpose
		step, sample uint64
		bits         [3]uint64
		normal       string
	}{
		{0x0, 1, 0x0, 0, [3]uint64{0xf67004632b3b58bc, 0x9f81e3d4eb0b913, 0x7a9ac55828e985fb}, "0.703346748268967 0.917517769653679 0.602485560259922"},
		{0x1, 8, 0x0, 0, [3]uint64{0x7cd347678955dbec, 0xd3b33d810156db15, 0x2c693a363fdc05ec}, "-2.00795978946504 0.00284932817457123 0.0917408907131407"},
		{0x6eb4b, 2, 0x0, 127, [3]uint64{0x2db7766305918075, 0x3e2c54ac9ce73c41, 0x3d10445a05e38596}, "0.0905928114366045 -0.977974799980172 0.0882511846987705"},
		{0x1, 13, 0xffffffffffffd8f0, 41, [3]uint64{0xa579e619f9dcf56a, 0xe2406497b6162b95, 0x3036e514333402a5}, "-0.047105388526232 -0.547942309130968 0.358388287155099"},
		{0xffffffffffffffff, 17, 0x10000012b, 1099511627776, [3]uint64{0xf141e90e5ae20a9e, 0xb11d04e9e11c6799, 0x98a0a9774d934685}, "0.551392664920675 -0.533579643656225 1.60993367007691"},
	} {
		s := New(c.seed, c.purpose, c.step, c.sample)
		if got := [3]uint64{s.Rand().Uint64(), s.Rand().Uint64(), s.Rand().Uint64()}; got != c.bits {
			t.Errorf("%d %d %d %d: %#x, want %#x", c.seed, c.purpose, c.step, c.sample, got, c.bits)
		}
		s.Reset(c.seed, c.purpose, c.step, c.sample)
		x := make([]float64, 3)
		s.Normal(x)
		if got := fmt.Sprintf("%.15g %.15g %.15g", x[0], x[1], x[2]); got != c.normal {
			t.Errorf("%d %d %d %d: normals %s, want %s", c.seed, c.purpose, c.step, c.sample, got, c.normal)
		}
	}
}

func TestPurposesKeepTheirNumbers(t *testing.T) {
	want := []Purpose{Init, Mixture, DataTrain, DataVal, DataTest, Shuffle, Augment, TrainNoise, TrainLevel, ValNoise,
		ValLevel, Dropout, EvalNoise, Resample, Generate, EM, Bootstrap, Probe}
	for i, p := range want {
		if p != Purpose(i+1) {
			t.Errorf("purpose %d has number %d", i+1, p)
		}
	}
}

func TestResetIsNew(t *testing.T) {
	var s Stream
	s.Reset(1, Init, 2, 3)
	s.Rand().Uint64()
	s.Reset(4, EM, 5, 6)
	if s.Rand().Uint64() != New(4, EM, 5, 6).Rand().Uint64() {
		t.Error("a stream remembers what it was before Reset")
	}
	if n := testing.AllocsPerRun(100, func() { s.Reset(1, Init, 1, 1) }); n != 0 {
		t.Errorf("Reset allocates %g times", n)
	}
}

func TestNormal32IsNormalRounded(t *testing.T) {
	a, b := make([]float64, 50), make([]float32, 50)
	New(1, Init, 0, 0).Normal(a)
	New(1, Init, 0, 0).Normal32(b)
	for i := range a {
		if float32(a[i]) != b[i] {
			t.Fatalf("value %d: %g and %g", i, a[i], b[i])
		}
	}
}

// Keys that differ in one bit of one word give unrelated streams: over all
// such neighbours of some keys, first outputs differ in half of their bits.
func TestNeighbouringKeysAreUnrelated(t *testing.T) {
	seen := map[uint64]bool{}
	bits, pairs := 0, 0
	for seed := range uint64(4) {
		base := [4]uint64{seed, uint64(TrainNoise), 3, 7}
		first := New(base[0], Purpose(base[1]), base[2], base[3]).Rand().Uint64()
		for word := range 4 {
			for bit := range 64 {
				k := base
				k[word] ^= 1 << bit
				u := New(k[0], Purpose(k[1]), k[2], k[3]).Rand().Uint64()
				for d := u ^ first; d != 0; d &= d - 1 {
					bits++
				}
				pairs++
				seen[u] = true
			}
		}
	}
	// Seeds 0 … 3 are neighbours of each other, hence not all keys differ.
	if len(seen) < pairs-8 {
		t.Errorf("%d different outputs of %d keys", len(seen), pairs)
	}
	if got, sd := float64(bits)/float64(64*pairs), 0.5/math.Sqrt(float64(64*pairs)); math.Abs(got-0.5) > 5*sd {
		t.Errorf("%.4f of the bits flip, want 1/2 ± %.4f", got, 5*sd)
	}
}

// The words of a key are not interchangeable.
func TestWordsAreOrdered(t *testing.T) {
	seen := map[uint64][]uint64{}
	for _, k := range [][4]uint64{{1, 2, 3, 4}, {2, 1, 3, 4}, {1, 2, 4, 3}, {4, 3, 2, 1}, {3, 4, 1, 2}, {1, 1, 1, 1}, {0, 0, 0, 0}, {2, 2, 2, 2}} {
		u := New(k[0], Purpose(k[1]), k[2], k[3]).Rand().Uint64()
		if old, ok := seen[u]; ok {
			t.Errorf("keys %v and %v give one stream", old, k)
		}
		seen[u] = k[:]
	}
}

// One number from each of many consecutive streams, and many numbers of one
// stream, are standard normal: moments within five standard errors, and a
// Kolmogorov-Smirnov distance that a correct generator exceeds once in 1e5.
func TestNormalStatistics(t *testing.T) {
	const n = 100_000
	across, within := make([]float64, n), make([]float64, n)
	var s Stream
	for i := range across {
		s.Reset(42, EvalNoise, 0, uint64(i))
		s.Normal(across[i : i+1])
	}
	New(42, EvalNoise, 1, 0).Normal(within)
	for name, x := range map[string][]float64{"across": across, "within": within} {
		var m [5]float64
		lag := 0.0
		for i, v := range x {
			for k, p := 1, v; k < 5; k, p = k+1, p*v {
				m[k] += p / n
			}
			if i > 0 {
				lag += v * x[i-1] / n
			}
		}
		// Standard errors of the first four moments and of the lag-one
		// correlation: √(E x^{2k} - (E x^k)²)/√n.
		for k, want := range []float64{1: 0, 2: 1, 3: 0, 4: 3} {
			if k > 0 && math.Abs(m[k]-want) > 5*math.Sqrt([]float64{0, 1, 2, 15, 96}[k]/n) {
				t.Errorf("%s streams: moment %d is %g", name, k, m[k])
			}
		}
		if math.Abs(lag) > 5/math.Sqrt(n) {
			t.Errorf("%s streams: correlation of neighbours %g", name, lag)
		}
		y := slices.Clone(x)
		sort.Float64s(y)
		d := 0.0
		for i, v := range y {
			f := 0.5 * math.Erfc(-v/math.Sqrt2)
			d = max(d, math.Abs(f-float64(i)/n), math.Abs(f-float64(i+1)/n))
		}
		if limit := math.Sqrt(-math.Log(1e-5/2)/2) / math.Sqrt(n); d > limit {
			t.Errorf("%s streams: Kolmogorov-Smirnov distance %g > %g", name, d, limit)
		}
	}
}

func BenchmarkReset(b *testing.B) {
	var s Stream
	x := make([]float64, 1)
	for i := uint64(0); b.Loop(); i++ {
		s.Reset(1, TrainNoise, i, 0)
		s.Normal(x)
	}
}
