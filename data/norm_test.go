package data

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
)

// TestMoments compares with two passes in float64, for numbers far from zero.
func TestMoments(t *testing.T) {
	const n, d = 5000, 3
	s := &memory{shape: []int{1, d}}
	for i := range n * d {
		s.data = append(s.data, 1e4+float32(i*i%1009)/7)
	}
	var want []float64
	for _, threads := range []int{1, 2, 5} {
		pool := par.New(threads)
		m, err := newMoments(context.Background(), s, pool)
		pool.Close()
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = slices.Concat(m.mean, m.square)
		}
		if !slices.Equal(slices.Concat(m.mean, m.square), want) {
			t.Errorf("moments depend on threads: %v, %v; want %v", m.mean, m.square, want)
		}
		for k := range d {
			mean, square := 0.0, 0.0
			for i := range n {
				mean += float64(s.data[i*d+k]) / n
			}
			for i := range n {
				square += (float64(s.data[i*d+k]) - mean) * (float64(s.data[i*d+k]) - mean)
			}
			if math.Abs(m.mean[k]/mean-1) > 1e-14 || math.Abs(m.square[k]/square-1) > 1e-10 {
				t.Errorf("value %d: mean %v and squares %v, want %v and %v", k, m.mean[k], m.square[k], mean, square)
			}
		}
	}
}

func TestNormStops(t *testing.T) {
	pool := par.New(2)
	defer pool.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := normOf(ctx, "power", numbers(10), pool); err == nil {
		t.Error("cancelled, and yet there are statistics")
	}
	if _, err := normOf(context.Background(), "power", failing{numbers(10)}, pool); err == nil {
		t.Error("a broken sample is normalised")
	}
	if _, err := normOf(context.Background(), "strange", numbers(10), pool); err == nil {
		t.Error("an unknown kind is taken")
	}
}

// Values that hardly ever or never differ from their mean get a tenth of the
// overall scale, the others their own standard deviation.
func TestDimensionFloor(t *testing.T) {
	const n = 1000
	s := &memory{shape: []int{1, 4}}
	for i := range n {
		sign := float32(1 - 2*(i%2))
		tiny := float32(0)
		if i == 0 {
			tiny = 0.01
		}
		s.data = append(s.data, 5+2*sign, -1+sign, 7, tiny)
	}
	pool := par.New(2)
	defer pool.Close()
	norm, err := normOf(context.Background(), "dimension", s, pool)
	if err != nil {
		t.Fatal(err)
	}
	tiny := float64(float32(0.01))
	variances := []float64{4, 1, 0, tiny * tiny * (n - 1) / (n * n)}
	c := math.Sqrt((variances[0] + variances[1] + variances[2] + variances[3]) / 4)
	for k, want := range []float64{2, 1, c / 10, c / 10} {
		if math.Abs(norm.Scale[k]/want-1) > 1e-12 {
			t.Errorf("scale %d is %v, want %v", k, norm.Scale[k], want)
		}
	}
	if norm.Low != -2 || norm.High != 7 {
		t.Errorf("range [%v, %v], want [-2, 7]", norm.Low, norm.High)
	}
}

// The range is kept with the statistics, and may be missing.
func TestNormKeepsTheRange(t *testing.T) {
	n := &Norm{Mean: []float64{1}, Scale: []float64{2}, Low: -3, High: 4}
	back, err := NormFromVectors(n.Vectors(), 1)
	if err != nil || back.Low != -3 || back.High != 4 {
		t.Errorf("%+v, %v", back, err)
	}
	if back, err := NormFromVectors(map[string][]float64{"mean": {1}, "scale": {2}}, 1); err != nil || back.Low != 0 || back.High != 0 {
		t.Errorf("early statistics: %+v, %v", back, err)
	}
	for _, r := range [][]float64{{}, {1}, {2, 1}, {math.NaN(), 1}, {0, math.Inf(1)}, {1, 2, 3}} {
		if _, err := NormFromVectors(map[string][]float64{"mean": {1}, "scale": {2}, "range": r}, 1); err == nil {
			t.Errorf("the range %v is taken", r)
		}
	}
	if _, err := NormFromVectors(map[string][]float64{"mean": {math.NaN()}, "scale": {2}}, 1); err == nil {
		t.Error("a mean of NaN is taken")
	}
}

// What would end an evaluation is found when the data are opened, in every split.
func TestUnusableSamples(t *testing.T) {
	const n, d = 20, 3
	good, zero, nan, huge := ramp(n*d), make([]float64, n*d), ramp(n*d), ramp(n*d)
	nan[7*d+1], huge[4] = math.NaN(), 1e39
	for name, c := range map[string]struct {
		normalize        string
		train, val, test []float64
		want             string // "" if nothing is wrong
	}{
		"all is well":       {"none", good, good, good, ""},
		"zeros for testing": {"none", good, good, zero, "the test split has no power"},
		"zeros to validate": {"none", good, zero, good, "the val split has no power"},
		"zeros to train":    {"none", zero, good, good, "the train split has no power"},
		"constant training": {"power", zero, good, good, "variance 0"},
		"zeros off centre":  {"power", good, good, zero, ""},
		"NaN for testing":   {"power", good, good, nan, "test.npy: sample 7 holds NaN at value 1"},
		"NaN to validate":   {"none", good, nan, good, "val.npy: sample 7 holds NaN at value 1"},
		"too large":         {"none", good, good, huge, "float32 does not hold"},
		"large":             {"minmax", huge, good, good, ""},
	} {
		dir := t.TempDir()
		for split, x := range map[string][]float64{"train": c.train, "val": c.val, "test": c.test} {
			writeArray(t, filepath.Join(dir, split+".npy"), []int{n, d}, x)
		}
		of := configs.Default().Data
		of.Kind, of.Dir, of.Normalize = "npy", dir, c.normalize
		_, err := Open(context.Background(), of, 1)
		if c.want == "" && err == nil {
			continue
		}
		if c.want == "" || err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) && c.normalize != "power" {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// TestNormBatch: many samples of float64 are mapped as one of float32 is, with one
// scale or one for each value.
func TestNormBatch(t *testing.T) {
	for _, n := range []*Norm{{Mean: []float64{1, -2}, Scale: []float64{4}}, {Mean: []float64{1, -2}, Scale: []float64{4, 0.5}}} {
		x := []float64{3, 5, -1, 0.25, 9, -2}
		want := make([]float64, len(x))
		for first := 0; first < len(x); first += 2 {
			one := []float32{float32(x[first]), float32(x[first+1])}
			n.Apply(one)
			want[first], want[first+1] = float64(one[0]), float64(one[1])
		}
		y := append([]float64(nil), x...)
		n.ApplyBatch(y)
		for i, v := range y {
			if math.Abs(v-want[i]) > 1e-6 {
				t.Errorf("scale %v: %v becomes %v, want %v", n.Scale, x[i], v, want[i])
			}
		}
		n.InvertBatch(y)
		for i, v := range y {
			if math.Abs(v-x[i]) > 1e-15*math.Abs(x[i]) {
				t.Errorf("scale %v: back to %v, want %v", n.Scale, v, x[i])
			}
		}
	}
}

// TestNormWide: float32 is refused for units that it does not resolve, by what
// rounding to it does to values within one scale of the mean.
func TestNormWide(t *testing.T) {
	for _, v := range []struct {
		mean, scale float64
		want        bool
	}{
		{0, 1, false}, {0.13, 0.26, false}, {1000, 1, false}, {-16000, 1, false}, {1e10, 1e7, false}, {0, 1e30, false}, {0, 1e-30, false},
		{1e8, 1, true}, {-1e5, 1, true}, {4e18, 700, true}, {0, 1e-50, true}, {0, 1e-43, true}, {1, 1e-6, true}, {0, 1e60, true}, {1e39, 1e37, true},
	} {
		n := &Norm{Mean: []float64{0, v.mean}, Scale: []float64{v.scale}}
		if got := n.Wide(); got != v.want {
			t.Errorf("mean %g, scale %g: %v", v.mean, v.scale, got)
		}
		worst := 0.0
		for i := range 101 {
			x := v.mean + v.scale*(float64(i)/50-0.99)
			worst = max(worst, math.Abs(float64(float32(x))-x)/v.scale)
		}
		if (worst > 0x1p-10) != v.want {
			t.Errorf("mean %g, scale %g: float32 loses %g of the scale", v.mean, v.scale, worst)
		}
	}
}

// TestUnresolvedSamples: an offset that the normalisation leaves and float32 does
// not resolve the signal on is refused; subtracted in float64 it does no harm.
func TestUnresolvedSamples(t *testing.T) {
	const n, d = 40, 3
	x := make([]float64, n*d)
	for i := range x {
		x[i] = 1e8*float64(i%d) + float64(i*i%7)
	}
	c := configs.Default().Data
	c.Kind, c.Dir = "npy", filepath.Join(t.TempDir(), "x.npy")
	writeArray(t, c.Dir, []int{n, d}, x)
	for _, kind := range []string{"none", "minmax", "power", "dimension"} {
		c.Normalize = kind
		set, err := Open(context.Background(), c, 1)
		if kind == "none" || kind == "minmax" {
			if err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "data.normalize: "+kind) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: error %v", kind, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		z := make([]float64, set.Train.Len()*d)
		if err := set.ReadNormalized(z, set.Train, 0); err != nil {
			t.Fatal(err)
		}
		power := 0.0
		for _, v := range z {
			power += v * v / float64(len(z))
		}
		if math.Abs(power-1) > 1e-6 {
			t.Errorf("%s: power %g, want 1", kind, power)
		}
	}
	for i := range x { // as far off as is resolved
		x[i] = 20000 + float64(i*i%7)
	}
	writeArray(t, c.Dir, []int{n, d}, x)
	c.Normalize = "none"
	if _, err := Open(context.Background(), c, 1); err != nil {
		t.Error(err)
	}
}
