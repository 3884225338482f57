package single

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

// An SNR that is off by more than 3 dB is doubted, on images without the network, and
// on samples where its opinion is cheap beside the denoising.
func TestDoubt(t *testing.T) {
	const db = 10
	s := subject(t, []int{1, 8, 8}, smooth(), 0, 1)
	wave := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Sin(float64(i/64)/6) * math.Cos(float64(i%64)/5)
		}
		return addNoise(x, math.Sqrt(1/decibel.Linear(db)))
	}
	image := &media.Media{Kind: media.Image, Shape: []int{1, 64, 64}, X: wave(64 * 64)}
	many := &media.Media{Kind: media.Array, Shape: []int{4000, 64}, X: addNoise(make([]float64, 4000*64), math.Sqrt(1/decibel.Linear(db)))}
	few := &media.Media{Kind: media.Array, Shape: []int{2, 64}, X: many.X[:128]}
	for _, c := range []struct {
		what   string
		media  *media.Media
		told   float64
		method sched.Method
		want   bool
	}{
		{"image, true", image, db, sched.MethodOneShot, false},
		{"image, near", image, db + 2, sched.MethodOneShot, false},
		{"image, too high", image, db + 4, sched.MethodOneShot, true},
		{"image, too low", image, db - 4, sched.MethodMean, true},
		{"many samples", many, -20, sched.MethodMean, true},
		{"few samples, at a cost", few, -20, sched.MethodOneShot, false},
	} {
		f := file{s, c.media}
		p, err := f.pieces()
		if err != nil {
			t.Fatal(err)
		}
		for unit, words := range map[Unit]string{"": "dB, but the file looks like", Unit255: "/255, but the file looks like σ", UnitData: "the file's own units"} {
			note, err := f.doubt(context.Background(), p, denoiser.Options{SNR: c.told, Method: c.method}, unit)
			if err != nil || (note != "") != c.want || c.want && !strings.Contains(note, words) {
				t.Errorf("%s, %q: %q, %v", c.what, unit, note, err)
			}
		}
	}
}

// Noise levels and SNRs are the same thing, in either unit, and 1/255 is one of pixels
// alone.
func TestTold(t *testing.T) {
	s := subject(t, []int{1, 8, 8}, smooth(), 0, 0.3)
	image := file{s, &media.Media{Kind: media.Image, Shape: []int{1, 8, 8}, X: make([]float64, 64)}}
	p, err := image.pieces()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sigma float64
		unit  Unit
		want  float64
	}{{25.5, Unit255, 0.1}, {0.1, UnitData, 0.1}, {25.5, "", 0.1}} {
		db, err := image.told(p, c.sigma, c.unit)
		if err != nil || math.Abs(s.Sigma(db)-c.want) > 1e-12 {
			t.Errorf("σ = %v of %q: %v dB, σ = %v: %v", c.sigma, c.unit, db, s.Sigma(db), err)
		}
	}
	array := file{s, &media.Media{Kind: media.Array, Shape: []int{1, 64}, X: make([]float64, 64)}}
	if _, err := array.told(p, 25, Unit255); !configs.IsUsage(err) || !strings.Contains(err.Error(), "--unit data") {
		t.Errorf("an array: %v", err)
	}
	for text, want := range map[string]Unit{"": Unit255, "255": Unit255, "data": UnitData} {
		if u, err := ParseUnit(text); err != nil || u != want {
			t.Errorf("%q: %v, %v", text, u, err)
		}
	}
	if _, err := ParseUnit("inch"); !configs.IsUsage(err) {
		t.Errorf("inch: %v", err)
	}
}
