package single

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/sched"
)

// complexRun is a network for complex data in the layout of the published code,
// with what PyTorch computes from it (bench/complexnet.py).
const complexRun = "../../model/testdata/torch/unet1d_complex"

// published imports it and returns the checkpoint and what PyTorch computes.
func published(t *testing.T) (string, func(name string) weights.Array) {
	t.Helper()
	im, err := checkpoint.Import(complexRun)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "imported")
	if err := im.Export(dir, checkpoint.FormatOwn); err != nil {
		t.Fatal(err)
	}
	expected, err := weights.ReadNPZFile(filepath.Join(complexRun, "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, func(name string) weights.Array {
		a, ok := weights.Find(expected, name)
		if !ok {
			t.Fatalf("expected.npz has no %s", name)
		}
		return a
	}
}

func writeArray(t *testing.T, path string, a weights.Array) {
	t.Helper()
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, a); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// joined makes complex samples (n,L) of real ones (n,2,L).
func joined(x []float64, length int) []complex128 {
	var z []complex128
	for sample := range slices.Chunk(x, 2*length) {
		for k := range length {
			z = append(z, complex(sample[k], sample[length+k]))
		}
	}
	return z
}

// TestComplexFile: a complex file is denoised as PyTorch does it, comes back
// complex, and its noise is that of a real part.
func TestComplexFile(t *testing.T) {
	dir, expected := published(t)
	input, output := filepath.Join(t.TempDir(), "y.npy"), filepath.Join(t.TempDir(), "x.npy")
	y := joined(expected("y_15dB").Float64(), 8)
	want := joined(expected("chain_15dB_paper").Float64(), 8)
	for _, shape := range [][]int{{6, 8}, {6, 1, 8}} {
		for _, wide := range []bool{false, true} {
			writeArray(t, input, weights.FromComplex128("", shape, y, wide))
			r, err := Denoise(context.Background(), DenoiseOptions{Checkpoint: dir, Threads: 1, Input: input, Output: output,
				Options: denoiser.Options{SNR: 15, Method: sched.MethodMean, Match: sched.MatchLinear}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := weights.ReadNPYFile(output)
			if err != nil || got.DType.Size() != map[bool]int{false: 8, true: 16}[wide] || !got.DType.Complex() || !slices.Equal(got.Shape, shape) {
				t.Fatalf("%v %v: %v", got.DType, got.Shape, err)
			}
			diff, norm := 0.0, 0.0
			for i, v := range got.Complex128() {
				d := v - want[i]
				diff += real(d)*real(d) + imag(d)*imag(d)
				norm += real(want[i])*real(want[i]) + imag(want[i])*imag(want[i])
			}
			if !(math.Sqrt(diff/norm) < 1e-5) {
				t.Errorf("differs from PyTorch by %.2g", math.Sqrt(diff/norm))
			}
			if sigma := math.Pow(10, -0.75) / math.Sqrt2; math.Abs(r.Sigma/sigma-1) > 1e-12 || !strings.Contains(r.String(), "noise σ = 0.1257 a real part") {
				t.Errorf("noise %v a real part, want %v; %q", r.Sigma, sigma, r)
			}
		}
	}
	// One channel is no complex number.
	writeArray(t, input, weights.FromComplex128("", []int{6, 8}, y, false))
	m, err := media.Read(input)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (file{subject(t, []int{1, 8}, nil, 0, 1), m}).pieces(); err == nil || !strings.Contains(err.Error(), "complex") {
		t.Errorf("a complex array for a real network: %v", err)
	}
	if _, err := (file{subject(t, []int{2, 4}, nil, 0, 1), m}).pieces(); err == nil || !strings.Contains(err.Error(), "complex samples of shape [1 4]") {
		t.Errorf("samples of another length: %v", err)
	}
}

// TestComplexAuto: the network finds the noise of a complex file.
func TestComplexAuto(t *testing.T) {
	dir, expected := published(t)
	input := filepath.Join(t.TempDir(), "y.npy")
	const db = 8.0
	y := expected("test").Float64()
	z := make([]float64, len(y))
	rng.New(3, rng.EvalNoise, 0, 0).Normal(z)
	for i := range y {
		y[i] += math.Pow(10, -db/20) / math.Sqrt2 * z[i]
	}
	writeArray(t, input, weights.FromComplex128("", []int{512, 8}, joined(y, 8), false))
	r, err := Denoise(context.Background(), DenoiseOptions{Checkpoint: dir, Threads: 1, Input: input, Output: input,
		Blind: BlindModel, Options: denoiser.Options{Method: sched.MethodOneShot}})
	if err != nil || math.Abs(r.SNR-db) > 1 { // a convention off would be off by 3 dB
		t.Errorf("an SNR of %v dB is taken for %v: %v", db, r.SNR, err)
	}
}

// Complex images of another size are tiled as their real and imaginary parts are.
func TestComplexTiles(t *testing.T) {
	d := subject(t, []int{2, 8, 8}, nil, 0, 1)
	const h, w = 11, 13
	x := make([]float64, 2*h*w)
	rng.New(5, rng.EvalNoise, 0, 0).Normal(x)
	z := make([]complex128, h*w)
	for i := range z {
		z[i] = complex(x[i], x[h*w+i])
	}
	dir := t.TempDir()
	writeArray(t, filepath.Join(dir, "z.npy"), weights.FromComplex128("", []int{h, w}, z, true))
	writeArray(t, filepath.Join(dir, "x.npy"), weights.FromFloat64("", []int{2, h, w}, x))
	var estimates [2][]float64
	for i, name := range []string{"z.npy", "x.npy"} {
		m, err := media.Read(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		estimates[i] = denoised(t, d, m, 3, sched.MethodMean)
	}
	if !slices.Equal(estimates[0], estimates[1]) {
		t.Error("a complex image is not denoised as its two parts are")
	}
}

// TestComplexGenerate draws samples by an imported complex network; PyTorch's have
// the same power.
func TestComplexGenerate(t *testing.T) {
	dir, expected := published(t)
	const n = 3000
	g, err := Generate(context.Background(), GenerateOptions{Checkpoint: dir, Threads: 2, N: n, Out: filepath.Join(t.TempDir(), "x.npy")})
	if err != nil {
		t.Fatal(err)
	}
	power := 0.0
	for _, v := range g.X {
		power += v * v / float64(len(g.X)/2)
	}
	resampled := expected("resampled").Float64() // power and its standard error, of 20,000 samples
	if se := resampled[1] * math.Sqrt(1+20_000./n); !(math.Abs(power-resampled[0]) < 4*se) {
		t.Errorf("samples have power %.4f a complex value, PyTorch's %.4f ± %.4f", power, resampled[0], se)
	}
	if c, err := denoiser.Load(dir); err != nil || c.Config().Data.Noise != configs.NoiseComplex {
		t.Errorf("the convention is lost: %v", err)
	} else if err := c.Close(); err != nil {
		t.Error(err)
	}
}
