package data

import (
	"context"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/rng"
)

// TestReadWAV reads what SciPy wrote, in each format.
func TestReadWAV(t *testing.T) {
	want := expected(t, "testdata/wav/x.expected.npy") // channels as samples
	// SciPy got x·(2^(b-1)-1), rounded: half a step of rounding and one of scale.
	for name, step := range map[string]float64{"u8.wav": 1.5 / (1 << 7), "s16.wav": 1.5 / (1 << 15), "s24.wav": 1.5 / (1 << 23), "s32.wav": 1e-7, "f32.wav": 1e-7, "f64_mono.wav": 1e-7} {
		w, err := ReadWAV(filepath.Join("testdata/wav", name))
		if err != nil {
			t.Fatal(err)
		}
		channels := want
		if name == "f64_mono.wav" {
			channels = want[1:]
		}
		if w.Rate != 8000 || w.Channels != len(channels) {
			t.Errorf("%s: %+v", name, w.WAVFormat)
		}
		for c, x := range channels {
			for i, v := range x {
				if math.Abs(w.Samples[c][i]-float64(v)) > step {
					t.Fatalf("%s: channel %d, sample %d is %v, want %v", name, c, i, w.Samples[c][i], v)
				}
			}
		}
		// Writing gives the same numbers, and a second time the same bytes.
		path := filepath.Join(t.TempDir(), "x.wav")
		if err := WriteWAV(path, w); err != nil {
			t.Fatal(err)
		}
		back, err := ReadWAV(path)
		if err != nil || back.WAVFormat != w.WAVFormat || !slices.EqualFunc(back.Samples, w.Samples, slices.Equal[[]float64]) {
			t.Errorf("%s: comes back as other numbers: %v", name, err)
		}
	}
}

func TestWriteWAVClips(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.wav")
	for _, bits := range []int{8, 16, 24, 32} {
		w := &WAV{WAVFormat: WAVFormat{8000, 1, bits, false}, Samples: [][]float64{{-2, -1, 0, 0.5, 1, 2}}}
		if err := WriteWAV(path, w); err != nil {
			t.Fatal(err)
		}
		back, err := ReadWAV(path)
		if err != nil {
			t.Fatal(err)
		}
		top := 1 - math.Ldexp(1, 1-bits)
		if want := []float64{-1, -1, 0, 0.5, top, top}; !slices.Equal(back.Samples[0], want) {
			t.Errorf("%d bits: %v, want %v", bits, back.Samples[0], want)
		}
	}
	if err := WriteWAV(path, &WAV{WAVFormat: WAVFormat{8000, 2, 16, false}, Samples: [][]float64{{0}, {0, 1}}}); err == nil {
		t.Error("channels of two lengths are written")
	}
}

func noise(n int) []float64 {
	x := make([]float64, n)
	rng.New(3, rng.DataTrain, 0, 0).Normal(x)
	return x
}

// TestSTFT compares with the definition, term by term.
func TestSTFT(t *testing.T) {
	for _, c := range [][3]int{{9, 0, 50}, {5, 3, 20}, {8, 14, 33}, {2, 1, 3}, {9, 8, 1}} {
		s := NewSTFT(c[0], c[1])
		m, x := 2*(c[0]-1), noise(c[2])
		got := s.Forward(x)
		if len(got) != s.Frames(len(x))*2*c[0] {
			t.Fatalf("%v: %d values", c, len(got))
		}
		power := 0.0
		w := make([]float64, m)
		for i := range w {
			w[i] = math.Sin(math.Pi * (float64(i) + 0.5) / float64(m))
			power += w[i] * w[i]
		}
		for f := range s.Frames(len(x)) {
			for k := range c[0] {
				want := complex(0, 0)
				for i := range m {
					if at := f*s.Hop - (m - s.Hop) + i; at >= 0 && at < len(x) {
						want += complex(w[i]*x[at]/math.Sqrt(power), 0) * cmplx.Exp(complex(0, -2*math.Pi*float64(i*k)/float64(m)))
					}
				}
				re, im := got[f*2*c[0]+k], got[f*2*c[0]+c[0]+k]
				if cmplx.Abs(complex(re, im)-want) > 1e-12 {
					t.Fatalf("%v: frame %d, frequency %d: %v, want %v", c, f, k, complex(re, im), want)
				}
			}
		}
		back := s.Inverse(got, len(x))
		for i := range x {
			if math.Abs(back[i]-x[i]) > 1e-12 {
				t.Fatalf("%v: sample %d comes back as %v, not %v", c, i, back[i], x[i])
			}
		}
	}
	if NewSTFT(256, 0).Frames(0) != 0 {
		t.Error("no samples have frames")
	}
}

// TestSTFTKeepsThePowerOfNoise: white noise has the same power at every
// frequency as it has in time.
func TestSTFTKeepsThePowerOfNoise(t *testing.T) {
	const length, n = 64, 400_000
	s := NewSTFT(length, 0)
	x := s.Forward(noise(n))
	frames := s.Frames(n)
	for k := range length {
		power := 0.0
		for f := range frames {
			re, im := x[f*2*length+k], x[f*2*length+length+k]
			power += (re*re + im*im) / float64(frames)
		}
		if math.Abs(power-1) > 0.15 { // six standard errors
			t.Errorf("frequency %d has power %v", k, power)
		}
	}
}

// TestAudioAsSciPy reads frames from files and compares with SciPy's transform.
func TestAudioAsSciPy(t *testing.T) {
	f, err := testOpener(configs.Data{Dir: "testdata/wav/f64_mono.wav", Length: 16}).audio(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got, want := readAll(t, f.train), expected(t, "testdata/wav/frames.expected.npy")
	if len(got) != len(want) || !f.complex || f.image {
		t.Fatalf("%d frames, want %d; %+v", len(got), len(want), f)
	}
	for i := range want {
		for k := range want[i] {
			if math.Abs(float64(got[i][k]-want[i][k])) > 1e-6 {
				t.Fatalf("frame %d, value %d: %v, want %v", i, k, got[i][k], want[i][k])
			}
		}
	}
}

// TestAudioFolder opens recordings of several formats the whole way; stereo is
// averaged.
func TestAudioFolder(t *testing.T) {
	c := configs.Default().Data
	c.Kind, c.Dir, c.Length, c.Normalize = "audio", "testdata/wav", 16, "none"
	s, err := Open(context.Background(), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	each := NewSTFT(16, 0).Frames(1500)
	if !slices.Equal(s.Shape(), []int{2, 16}) || s.Train.Len()+s.Val.Len()+s.Test.Len() > 6*each || s.Test.Len() != 6*each/10 {
		t.Errorf("shape %v, splits of %d, %d, %d", s.Shape(), s.Train.Len(), s.Val.Len(), s.Test.Len())
	}
	stereo, err := testOpener(configs.Data{Dir: "testdata/wav/s32.wav", Length: 16}).audio(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	w, err := ReadWAV("testdata/wav/s32.wav")
	if err != nil {
		t.Fatal(err)
	}
	mono := make([]float64, 1500)
	for i := range mono {
		mono[i] = (w.Samples[0][i] + w.Samples[1][i]) / 2
	}
	want := NewSTFT(16, 0).Forward(mono)
	for i, v := range slices.Concat(readAll(t, stereo.train)...) {
		if math.Abs(float64(v)-want[i]) > 1e-6 {
			t.Fatalf("value %d of the stereo file: %v, want %v", i, v, want[i])
		}
	}
}

func TestAudioRefusals(t *testing.T) {
	dir := t.TempDir()
	copyFile(t, "testdata/wav/s16.wav", filepath.Join(dir, "a.wav"))
	if err := WriteWAV(filepath.Join(dir, "b.wav"), &WAV{WAVFormat: WAVFormat{16000, 1, 16, false}, Samples: [][]float64{make([]float64, 600)}}); err != nil {
		t.Fatal(err)
	}
	open := func(c configs.Data) (files, error) {
		c.Dir, c.Length = dir, 16
		return testOpener(c).audio(context.Background())
	}
	if _, err := open(configs.Data{}); err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), "b.wav has 16000 samples a second") {
		t.Errorf("error %v for two rates", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "b.wav"), []byte("RIFF"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(configs.Data{}); err == nil || !strings.Contains(err.Error(), "b.wav: truncated at byte 4") {
		t.Errorf("error %v for a broken file", err)
	}
	if f, err := open(configs.Data{SkipBad: true}); err != nil || f.skipped != 1 {
		t.Errorf("%d left out, %v", f.skipped, err)
	}
}
