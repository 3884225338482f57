package single

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/gmm"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// subject returns the exact denoiser of N(0, cov), nil cov means I, for samples of
// a shape, normalised by one mean and scale.
func subject(t *testing.T, shape []int, cov []float64, mean, scale float64, settings ...func(*configs.Config)) *denoiser.Denoiser {
	t.Helper()
	dim := dims.Count(shape)
	if cov == nil {
		cov = make([]float64, dim*dim)
		for i := range dim {
			cov[i*dim+i] = 1
		}
	}
	m, err := gmm.New([]float64{1}, make([]float64, dim), cov)
	if err != nil {
		t.Fatal(err)
	}
	pool := par.New(1)
	t.Cleanup(pool.Close)
	c := configs.Default()
	c.Schedule.Steps = 300
	for _, set := range settings {
		set(&c)
	}
	norm := data.Identity(dim)
	norm.Scale[0] = scale
	for k := range norm.Mean {
		norm.Mean[k] = mean
	}
	d, err := denoiser.New(c, gmm.NewEstimator(m, pool), shape, norm)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// denoised runs the pieces of a medium through a denoiser.
func denoised(t *testing.T, d *denoiser.Denoiser, m *media.Media, db float64, method sched.Method) []float64 {
	t.Helper()
	p, err := file{d, m}.pieces()
	if err != nil {
		t.Fatal(err)
	}
	if err := new(Denoised).run(context.Background(), d, p, denoiser.Options{SNR: db, Method: method, Match: sched.MatchExact}, nil); err != nil {
		t.Fatal(err)
	}
	return p.result()
}

func addNoise(x []float64, sigma float64) []float64 {
	y := make([]float64, len(x))
	rng.New(9, rng.EvalNoise, 0, 0).Normal(y)
	for i, v := range x {
		y[i] = v + sigma*y[i]
	}
	return y
}

func meanSquare(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += (v - b[i]) * (v - b[i]) / float64(len(a))
	}
	return s
}

// smooth is the covariance of 8×8 pixels of images whose values change over a
// few pixels.
func smooth() []float64 {
	const n = 64
	cov := make([]float64, n*n)
	for i := range n {
		for j := range n {
			r, c := float64(i/8-j/8), float64(i%8-j%8)
			cov[i*n+j] = math.Exp(-(r*r + c*c) / 18)
		}
		cov[i*n+i] += 1e-3
	}
	return cov
}

// Large and small images, grey ones and those of several planes, are denoised
// nearly as well as their pixels' prior allows, wherever tiles meet.
func TestTiledDenoising(t *testing.T) {
	s := subject(t, []int{1, 8, 8}, smooth(), 0.5, 0.25)
	for _, shape := range [][]int{{1, 45, 30}, {3, 20, 33}, {1, 8, 8}, {1, 5, 30}, {1, 4, 3}} {
		x := make([]float64, shape[0]*shape[1]*shape[2])
		for i := range x {
			r, c := i/shape[2]%shape[1], i%shape[2]
			x[i] = 0.5 + 0.25*math.Sin(float64(r)/4+float64(i/shape[1]/shape[2]))*math.Cos(float64(c)/5)
		}
		const sigma = 0.1
		y := addNoise(x, sigma)
		db := -20 * math.Log10(sigma/0.25)
		got := denoised(t, s, &media.Media{Kind: media.Image, Shape: shape, X: slices.Clone(y)}, db, sched.MethodOneShot)
		limit := 0.2
		if len(x) < 100 {
			limit = 0.5 // a few pixels tell little
		}
		if left := meanSquare(got, x) / (sigma * sigma); left > limit {
			t.Errorf("%v: %.3f of the noise is left", shape, left)
		}
	}
}

// An array of images of the network's size gives what its samples give one by
// one, larger ones are tiled, and the noise is found in both.
func TestArrayForms(t *testing.T) {
	s := subject(t, []int{1, 8, 8}, smooth(), 0, 1)
	for _, c := range []struct {
		shape []int
		want  string
	}{
		{[]int{8, 8}, "1 sample of 64 values"},
		{[]int{3, 8, 8}, "3 samples of 64 values"},
		{[]int{3, 1, 8, 8}, "3 samples of 64 values"},
		{[]int{3, 64}, "3 samples of 64 values"},
		{[]int{64}, "1 sample of 64 values"},
		{[]int{3, 65, 2, 2, 2}, "its shape is"},
		{[]int{16, 20}, "1 grey plane of 16×20 in tiles of 8×8"},
		{[]int{2, 16, 20}, "2 grey planes of 16×20 in tiles of 8×8"},
		{[]int{2, 1, 16, 20}, "2 grey planes of 16×20 in tiles of 8×8"},
		{[]int{2, 3, 16, 20}, "its shape is"},
		{[]int{16}, "its shape is"},
	} {
		n := 1
		for _, d := range c.shape {
			n *= d
		}
		m := &media.Media{Kind: media.Array, Shape: c.shape, X: make([]float64, n)}
		p, err := file{s, m}.pieces()
		got := fmt.Sprint(err)
		if err == nil {
			got = p.String()
			// Far above the grid nothing is changed.
			m.X[n-1] = 7
			if x := denoised(t, s, m, 100, sched.MethodMean); math.Abs(x[n-1]-7) > 1e-12 || len(x) != n {
				t.Errorf("%v: the last of %d values became %v", c.shape, len(x), x[n-1])
			}
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%v: %s, want %s", c.shape, got, c.want)
		}
	}
}

// What kind of file suits what kind of network.
func TestSuits(t *testing.T) {
	image := func(planes int) *media.Media {
		return &media.Media{Kind: media.Image, Shape: []int{planes, 9, 9}, X: make([]float64, 81*planes)}
	}
	recording := &media.Media{Kind: media.Audio, Shape: []int{2, 50}, X: make([]float64, 100)}
	for _, c := range []struct {
		shape []int
		m     *media.Media
		want  string
	}{
		{[]int{1, 16}, image(1), "an image needs a network that was trained on images"},
		{[]int{3, 8, 8}, image(1), "the network wants 3 channels, the image has 1"},
		{[]int{3, 8, 8}, image(3), "1 image of 9×9 in tiles of 8×8"},
		{[]int{1, 8, 8}, image(3), "3 grey planes of 9×9 in tiles of 8×8"},
		{[]int{1, 8, 8}, recording, "a recording needs a network that was trained on audio"},
		{[]int{2, 16}, recording, "a recording needs a network that was trained on audio"},
		{[]int{1, 16}, recording, "2 signals of 50 samples in pieces of 16"},
	} {
		d := subject(t, c.shape, nil, 0, 1)
		var p pieces
		err := suits(d, c.m.Kind)
		if err == nil {
			p, err = file{d, c.m}.pieces()
		}
		got := fmt.Sprint(err)
		if err == nil {
			got = p.String()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%v for %v: %s, want %s", c.m.Kind, c.shape, got, c.want)
		}
	}
}

// lowPass is the covariance of frames whose lower frequencies are strong.
func lowPass(length int) []float64 {
	n := 2 * length
	cov := make([]float64, n*n)
	for i := range n {
		cov[i*n+i] = 1e-4
		if i%length < length/4 {
			cov[i*n+i] = 4
		}
	}
	return cov
}

// Channels of a recording are denoised as frames, keep their length, and their
// noise is that which the level stands for.
func TestRecording(t *testing.T) {
	const length, n = 17, 1003
	s := subject(t, []int{2, length}, lowPass(length), 0, 0.1, func(c *configs.Config) { c.Data.Kind, c.Data.Length = "audio", length })
	x := make([]float64, 2*n)
	for i := range x {
		x[i] = 0.4*math.Sin(float64(i%n)/7) + 0.2*math.Sin(float64(i%n)/11+float64(i/n))
	}
	const sigma = 0.1
	m := &media.Media{Kind: media.Audio, Shape: []int{2, n}, X: addNoise(x, sigma)}
	p, err := file{s, m}.pieces()
	if err != nil {
		t.Fatal(err)
	}
	db, err := file{s, m}.snr(p, sigma)
	if again := s.Sigma(db) / math.Sqrt(p.noise()); err != nil || math.Abs(again-sigma) > 1e-12 {
		t.Errorf("σ = %v is %v dB, which is σ = %v", sigma, db, again)
	}
	for _, b := range []Blind{BlindAuto, BlindModel, BlindMAD, BlindPatches} {
		if got, err := (file{s, m}).blind(context.Background(), b, p, maxBlindPieces); err != nil || math.Abs(got-db) > 1 {
			t.Errorf("the SNR of %.2f dB is estimated as %.2f dB (%s): %v", db, got, b, err)
		}
	}
	got := denoised(t, s, m, db, sched.MethodOneShot)
	if left := meanSquare(got, x) / (sigma * sigma); len(got) != len(x) || left > 0.35 {
		t.Errorf("%d samples; %.3f of the noise is left", len(got), left)
	}
}

// The blind estimators on images.
func TestBlindImages(t *testing.T) {
	s := subject(t, []int{1, 8, 8}, smooth(), 0, 1)
	x := make([]float64, 64*64)
	for i := range x {
		x[i] = math.Sin(float64(i/64)/6) * math.Cos(float64(i%64)/5)
	}
	for _, db := range []float64{0, 14} {
		m := &media.Media{Kind: media.Image, Shape: []int{1, 64, 64}, X: addNoise(x, math.Sqrt(1/decibel.Linear(db)))}
		p, err := file{s, m}.pieces()
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []Blind{BlindAuto, BlindMAD, BlindPatches, BlindModel} {
			if got, err := (file{s, m}).blind(context.Background(), b, p, maxBlindPieces); err != nil || math.Abs(got-db) > 0.5 {
				t.Errorf("the SNR of %v dB is estimated as %.2f dB (%s): %v", db, got, b, err)
			}
		}
	}
	for text, want := range map[string]Blind{"auto": BlindAuto, "auto:mad": BlindMAD, "auto:patches": BlindPatches, "auto:model": BlindModel, "10": ""} {
		if b, ok, err := ParseBlind(text); b != want || ok != (want != "") || err != nil {
			t.Errorf("%s: %v %v %v", text, b, ok, err)
		}
	}
	if _, _, err := ParseBlind("auto:magic"); err == nil {
		t.Error("auto:magic is accepted")
	}
}

// TestIsBatch: which arrays are samples of a network. What has more axes than a batch
// is refused, as PyTorch's layers do, also where they have length one.
func TestIsBatch(t *testing.T) {
	digit, colour, signal, one := []int{1, 28, 28}, []int{3, 8, 8}, []int{1, 64}, []int{1, 1, 1}
	for _, tt := range []struct {
		got, sample []int
		want        bool
	}{
		{[]int{5, 1, 28, 28}, digit, true}, {[]int{1, 28, 28}, digit, true}, {[]int{5, 28, 28}, digit, true}, {[]int{28, 28}, digit, true},
		{[]int{5, 784}, digit, true}, {[]int{784}, digit, true}, {[]int{1, 1, 28, 28}, digit, true}, {[]int{1, 784}, digit, true},
		{[]int{5, 28, 28, 1}, digit, true}, // the same values in the same order
		{[]int{2, 1, 1, 28, 28}, digit, false}, {[]int{1, 1, 1, 28, 28}, digit, false}, {[]int{2, 1, 28, 28, 1}, digit, false},
		{[]int{5, 1, 784}, digit, false}, {[]int{28, 27}, digit, false}, {nil, digit, false},
		{[]int{5, 3, 8, 8}, colour, true}, {[]int{3, 8, 8}, colour, true}, {[]int{5, 192}, colour, true},
		{[]int{5, 8, 8, 3}, colour, false}, {[]int{1, 5, 3, 8, 8}, colour, false}, {[]int{8, 8}, colour, false},
		{[]int{5, 64}, signal, true}, {[]int{5, 1, 64}, signal, true}, {[]int{64}, signal, true}, {[]int{5, 1, 1, 64}, signal, false},
		{[]int{5}, one, true}, {[]int{5, 1, 1, 1}, one, true}, {[]int{5, 2}, one, false},
	} {
		if got := isBatch(tt.got, tt.sample); got != tt.want {
			t.Errorf("%v for samples of %v: %v", tt.got, tt.sample, got)
		}
	}
}
