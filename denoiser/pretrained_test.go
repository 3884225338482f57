package denoiser_test

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/sched"
)

// foreign are networks of other libraries: the file below their folder, and what that
// does not tell.
var foreign = []struct {
	name, file string
	told       []string
}{
	{"google-flat", "", nil}, {"course-pipeline", "", nil}, {"scale-shift-resnet", "", nil}, {"mnist-28", "", nil}, {"odd-groups", "", nil},
	{"old-keys-bin", "", nil}, {"learned-sigma", "", nil},
	{"guided-legacy", "model.pt", []string{"--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 4 --num_head_channels 16 " +
		"--use_scale_shift_norm True --resblock_updown True --learn_sigma True --diffusion_steps 1000 --noise_schedule linear --rescale_timesteps False"}},
	{"improved-cosine", "model.pt", []string{"--image_size 8 --num_channels 32 --channel_mult 1,1 --num_res_blocks 1 --attention_resolutions 8,4 --num_heads 4 " +
		"--use_scale_shift_norm True --learn_sigma True --diffusion_steps 4000 --noise_schedule cosine --rescale_timesteps True"}},
	{"lucid-2.3.1", "model-1.pt", []string{"size=8"}}, {"lucid-1.5.8", "model-1.pt", []string{"size=8"}},
}

func told(t *testing.T, words []string) denoiser.Option {
	t.Helper()
	o, err := pretrained.ParseOptions(words)
	if err != nil {
		t.Fatal(err)
	}
	return denoiser.WithTold(o)
}

// Networks of other libraries denoise images in [0,1] as a float64 computation of the
// same networks does: the library's own chain without its noise and without clipping,
// from the level whose SNR is that of the noise on [-1,1].
func TestPretrained(t *testing.T) {
	for _, v := range foreign {
		t.Run(v.name, func(t *testing.T) {
			dir := filepath.Join("..", "checkpoint", "pretrained", "testdata", v.name)
			array := func(name string) []float64 { return expected(t, dir, name) }
			d := load(t, filepath.Join(dir, v.file), told(t, v.told))
			const limit = 1e-5 // of the result's rms
			snr := 10 * math.Log10(array("denoise/snr")[0])
			if sigma := array("denoise/sigma")[0]; math.Abs(snr+20*math.Log10(2*sigma)) > 1e-3 {
				t.Fatalf("SNR %v dB of noise with σ = %v", snr, sigma)
			}
			r, err := d.Denoise(context.Background(), array("denoise/noisy"), denoiser.Options{SNR: snr, Method: sched.MethodMean})
			if err != nil {
				t.Fatal(err)
			}
			if level := array("denoise/level")[0]; r.THat != level {
				t.Errorf("level %v, want %v", r.THat, level)
			}
			if off := off(r.X, array("denoise/out")); !(off <= limit) {
				t.Errorf("the estimate is off by %.2g of its rms, want at most %v", off, limit)
			} else {
				t.Logf("the estimate is off by %.2g of its rms", off)
			}
			// A chain from a level's own samples, normalised, and a single call there.
			start := int(array("chain/start")[0])
			y := array("chain/x")
			scale := math.Sqrt(d.Schedule().AlphaBar[start]) // chains begin with √ᾱ·y
			for i := range y {
				y[i] /= scale
			}
			for _, c := range []struct {
				method sched.Method
				want   string
			}{{sched.MethodMean, "chain/out"}, {sched.MethodOneShot, "chain/oneshot"}} {
				r, err := d.Denoise(context.Background(), y, denoiser.Options{SNR: d.Schedule().SNRdB(start), Normalized: true, Method: c.method})
				if err != nil {
					t.Fatal(err)
				}
				if off := off(r.X, array(c.want)); r.THat != float64(start) || !(off <= limit) {
					t.Errorf("%s: from level %v, off by %.2g of its rms, want level %d and at most %v", c.want, r.THat, off, start, limit)
				} else {
					t.Logf("%s: off by %.2g", c.want, off)
				}
			}
		})
	}
}

// With the scheduler's clipping the chains are those that clamp x̂0 in each step.
func TestPretrainedClip(t *testing.T) {
	const limit = 1e-5 // of the result's rms
	for _, v := range foreign {
		if v.name == "scale-shift-resnet" { // does not clip
			continue
		}
		name, dir := v.name, filepath.Join("..", "checkpoint", "pretrained", "testdata", v.name)
		d := load(t, filepath.Join(dir, v.file), told(t, v.told), denoiser.WithClip())
		if d.Clip() != 1 {
			t.Errorf("%s: clips to %v", name, d.Clip())
		}
		snr := 10 * math.Log10(expected(t, dir, "denoise/snr")[0])
		r, err := d.Denoise(context.Background(), expected(t, dir, "denoise/noisy"), denoiser.Options{SNR: snr})
		if err != nil {
			t.Fatal(err)
		}
		if off := off(r.X, expected(t, dir, "denoise/out_clip")); !(off <= limit) {
			t.Errorf("%s: off by %.2g of its rms", name, off)
		}
		// From a state of the chain, which unscaled observations are.
		start := int(expected(t, dir, "chain/start")[0])
		r, err = d.Denoise(context.Background(), expected(t, dir, "chain/x"),
			denoiser.Options{SNR: d.Schedule().SNRdB(start), Normalized: true, Unscaled: true})
		if err != nil {
			t.Fatal(err)
		}
		if off := off(r.X, expected(t, dir, "chain/out_clip")); !(off <= limit) {
			t.Errorf("%s: chain off by %.2g of its rms", name, off)
		}
	}
	if d := load(t, filepath.Join("..", "checkpoint", "pretrained", "testdata", "scale-shift-resnet"), denoiser.WithClip()); d.Clip() != 0 {
		t.Errorf("a scheduler without clipping: clips to %v", d.Clip())
	}
	for _, path := range []string{"gmm64", "gmm:../gmm/testdata/rand_gmm_n8_k4.npz"} {
		if _, err := denoiser.Load(path, denoiser.WithClip()); !configs.IsUsage(err) || !strings.Contains(err.Error(), "no scheduler") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// load loads a denoiser for the time of a test.
func load(t *testing.T, path string, options ...denoiser.Option) *denoiser.Denoiser {
	t.Helper()
	d, err := denoiser.Load(path, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// expected returns an array of a fixture.
func expected(t *testing.T, dir, name string) []float64 {
	t.Helper()
	arrays, err := weights.ReadNPZFile(filepath.Join(dir, "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	a, ok := weights.Find(arrays, name)
	if !ok {
		t.Fatalf("no array %s", name)
	}
	return a.Float64()
}

// off is the largest difference over the root mean square of want.
func off(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.NaN()
	}
	most, square := 0.0, 0.0
	for i, w := range want {
		most = max(most, math.Abs(got[i]-w))
		square += w * w
	}
	return most / math.Sqrt(square/float64(len(want)))
}
