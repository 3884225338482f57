package data

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
)

func numbered(n, d int) *memory {
	m := &memory{shape: []int{1, d}}
	for i := range n * d {
		m.data = append(m.data, float32(i*i%97)-10)
	}
	return m
}

func collect(t *testing.T, l *Loader, n int) (ids [][]int, next []Cursor) {
	t.Helper()
	for range n {
		b, err := l.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, slices.Clone(b.IDs))
		next = append(next, b.Next)
	}
	return ids, next
}

// TestLoaderOrder checks that an epoch holds each sample at most once, that
// epochs differ, and that reading continues exactly from any saved cursor.
func TestLoaderOrder(t *testing.T) {
	src := numbered(23, 3)
	open := func(c Cursor) *Loader {
		l, err := NewLoader(src, Identity(3), 5, 7, c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		return l
	}
	l := open(Cursor{})
	if l.PerEpoch() != 4 {
		t.Fatalf("%d batches an epoch, want 4", l.PerEpoch())
	}
	all, next := collect(t, l, 12)
	for e := range 3 {
		seen := slices.Concat(all[4*e : 4*e+4]...)
		slices.Sort(seen)
		if len(slices.Compact(seen)) != 20 {
			t.Errorf("epoch %d repeats a sample", e)
		}
	}
	if slices.Equal(slices.Concat(all[:4]...), slices.Concat(all[4:8]...)) {
		t.Error("two epochs have one order")
	}
	for at, c := range next[:11] {
		rest, _ := collect(t, open(c), 12-at-1)
		for i := range rest {
			if !slices.Equal(rest[i], all[at+1+i]) {
				t.Fatalf("after batch %d, batch %d is %v, want %v", at, at+1+i, rest[i], all[at+1+i])
			}
		}
	}
}

func TestLoaderRefusals(t *testing.T) {
	if _, err := NewLoader(numbered(3, 1), Identity(1), 4, 1, Cursor{}); !errors.Is(err, ErrSmall) {
		t.Errorf("error %v for a split smaller than a batch", err)
	}
	if _, err := NewLoader(numbered(3, 1), Identity(1), 1, 1, Cursor{Position: 4}); err == nil {
		t.Error("a cursor beyond the split is taken")
	}
	l, err := NewLoader(numbered(3, 1), Identity(1), 1, 1, Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 100 { // ready batches may still come first
		if _, err = l.Next(ctx); err != nil {
			break
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after cancellation", err)
	}
	l.Close()
}

func TestNorm(t *testing.T) {
	pool := par.New(2)
	defer pool.Close()
	src := numbered(40, 4)
	for _, kind := range []string{"power", "dimension", "minmax", "none"} {
		n, err := normOf(context.Background(), kind, src, pool)
		if err != nil {
			t.Fatal(err)
		}
		var sum, sq, lo, hi float64
		lo, hi = math.Inf(1), math.Inf(-1)
		for i := range src.Len() {
			x, y := make([]float32, 4), make([]float32, 4)
			if err := src.Read(x, i); err != nil {
				t.Fatal(err)
			}
			copy(y, x)
			n.Apply(y)
			for _, v := range y {
				sum += float64(v)
				sq += float64(v) * float64(v)
				lo, hi = min(lo, float64(v)), max(hi, float64(v))
			}
			n.Invert(y)
			for k := range x {
				if math.Abs(float64(x[k]-y[k])) > 1e-5 {
					t.Fatalf("%s: %v comes back as %v", kind, x[k], y[k])
				}
			}
		}
		switch kind {
		case "power", "dimension":
			if math.Abs(sum)/160 > 1e-6 || math.Abs(sq/160-1) > 1e-6 {
				t.Errorf("%s: mean %v, power %v", kind, sum/160, sq/160)
			}
		case "minmax":
			if lo != -1 || hi != 1 {
				t.Errorf("range [%v, %v]", lo, hi)
			}
		}
		back, err := NormFromVectors(n.Vectors(), 4)
		if err != nil || !slices.Equal(back.Mean, n.Mean) || !slices.Equal(back.Scale, n.Scale) {
			t.Errorf("%s: vectors come back as %v, %v", kind, back, err)
		}
	}
	if _, err := normOf(context.Background(), "power", &memory{shape: []int{1, 2}, data: make([]float32, 8)}, pool); err == nil {
		t.Error("constant data are normalised")
	}
	if _, err := NormFromVectors(map[string][]float64{"mean": {0}, "scale": {0}}, 1); err == nil {
		t.Error("a scale of zero is taken")
	}
}

// TestMixture compares the moments of the splits with the normalised prior's.
func TestMixture(t *testing.T) {
	c := configs.Default().Data
	c.Dim, c.Components = 4, 3
	c.Samples = configs.Samples{Train: 20000, Val: 50, Test: 60}
	s, err := Open(context.Background(), c, 3)
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 20000 || s.Val.Len() != 50 || s.Test.Len() != 60 || s.Dim() != 4 {
		t.Fatalf("splits of %d, %d, %d", s.Train.Len(), s.Val.Len(), s.Test.Len())
	}
	x := make([]float64, 20000*4)
	if err := s.ReadNormalized(x, s.Train, 0); err != nil {
		t.Fatal(err)
	}
	power := 0.0
	for _, v := range x {
		power += v * v / float64(len(x))
	}
	// The standard error of the power of 20,000 samples is below 0.02.
	if math.Abs(power-1) > 0.06 || math.Abs(s.Mixture.Power()-1) > 1e-9 {
		t.Errorf("power %v of samples, %v of the prior, want 1", power, s.Mixture.Power())
	}
	v := make([]float64, 50*4)
	if err := s.ReadNormalized(v, s.Val, 0); err != nil {
		t.Fatal(err)
	}
	if v[0] == x[0] {
		t.Error("validation and training share a sample")
	}
	if err := s.ReadNormalized(v, s.Val, 1); err == nil {
		t.Error("reading beyond a split succeeds")
	}
}
