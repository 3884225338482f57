package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/cli/clitest"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/train"
)

const rate = 8000

// wave is a sum of few slow tones, from -1 to 1.
func wave(t, phase float64) float64 {
	return 0.5*math.Sin(t/9+phase) + 0.3*math.Sin(t/23+2*phase)
}

// trainedOn returns the folder of a tiny run on files.
func trainedOn(t *testing.T, settings ...string) string {
	t.Helper()
	cfg := tinyConfig(t)
	cfg.Data.Samples = configs.Samples{}
	err := configs.Set(&cfg, append(settings, "train.steps=200")...)
	if err == nil {
		err = cfg.Validate()
	}
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train.Run(context.Background(), cfg, train.Options{Out: out}); err != nil {
		t.Fatal(err)
	}
	return out
}

// images returns a run on grey images of 8×8 pixels.
func images(t *testing.T) string {
	t.Helper()
	const n = 2000
	x := make([]float32, n*64)
	r := rng.New(4, rng.DataTrain, 0, 0).Rand()
	for i := range n {
		phase, tilt := 9*r.Float64(), 3*r.Float64()
		for k := range 64 {
			x[i*64+k] = float32(0.5 + 0.5*wave(6*float64(k/8)+tilt*float64(k%8), phase))
		}
	}
	path := filepath.Join(t.TempDir(), "images.npy")
	writeNPY(t, path, weights.FromFloat32("", []int{n, 8, 8}, x))
	return trainedOn(t, "data.kind=npy", "data.dir="+path)
}

// recordings returns a run on frames of recordings.
func recordings(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	r := rng.New(5, rng.DataTrain, 0, 0).Rand()
	for i := range 20 {
		x, phase := make([]float64, 4000), 9*r.Float64()
		for k := range x {
			x[k] = wave(float64(k), phase)
		}
		err := data.WriteWAV(filepath.Join(dir, strconv.Itoa(i)+".wav"), &data.WAV{WAVFormat: data.WAVFormat{Rate: rate, Channels: 1, Bits: 16}, Samples: [][]float64{x}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return trainedOn(t, "data.kind=audio", "data.dir="+dir, "data.length=33")
}

// noisyPNG writes what images is about, of any size, with noise.
func noisyPNG(t *testing.T, path string, img draw.Image, sigma float64) {
	t.Helper()
	r := rng.New(6, rng.EvalNoise, 0, 0).Rand()
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			v := 0.5 + 0.5*wave(6*float64(y)+float64(x), 1) + sigma*r.NormFloat64()
			img.Set(x, y, color.Gray16{Y: uint16(math.Round(min(max(v, 0), 1) * math.MaxUint16))})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func noisyWAV(t *testing.T, path string, f data.WAVFormat, n int, sigma float64) {
	t.Helper()
	w := &data.WAV{WAVFormat: f}
	for c := range f.Channels {
		r := rng.New(7, rng.EvalNoise, 0, uint64(c)).Rand()
		x := make([]float64, n)
		for k := range x {
			x[k] = wave(float64(k), 2+float64(c)) + sigma*r.NormFloat64()
		}
		w.Samples = append(w.Samples, x)
	}
	if err := data.WriteWAV(path, w); err != nil {
		t.Fatal(err)
	}
}

// TestFileScripts denoises files of all kinds.
func TestFileScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("trains two networks")
	}
	pictures, audio := images(t), recordings(t)
	pretrained, err := filepath.Abs("../../checkpoint/pretrained/testdata")
	if err != nil {
		t.Fatal(err)
	}
	commands := clitest.Commands()
	commands["closer"], commands["like"] = closer, like
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/files",
		Cmds: commands,
		Setup: func(e *testscript.Env) error {
			e.Setenv("IMAGES", pictures)
			e.Setenv("AUDIO", audio)
			e.Setenv("PRETRAINED", pretrained)
			e.Setenv("EXACT", "gmm:"+exactMixture(t))
			at := func(name string) string { return filepath.Join(e.WorkDir, name) }
			writeNPY(t, at("bytes.npy"), bytes255())
			large := image.Rect(0, 0, 70, 51)
			for name, img := range map[string]draw.Image{
				"grey.png": image.NewGray(large), "deep.png": image.NewGray16(large), "colour.png": colours(large), "small.png": image.NewGray(image.Rect(0, 0, 5, 6)),
				"palette.png": image.NewPaletted(large, greys()),
			} {
				noisyPNG(t, at("clean-"+name), img, 0)
				noisyPNG(t, at(name), img, 0.1)
			}
			for name, f := range map[string]data.WAVFormat{
				"mono.wav": {Rate: rate, Channels: 1, Bits: 16}, "stereo.wav": {Rate: rate, Channels: 2, Bits: 24}, "float.wav": {Rate: rate, Channels: 1, Bits: 32, Float: true},
			} {
				noisyWAV(t, at("clean-"+name), f, 5001, 0)
				noisyWAV(t, at(name), f, 5001, 0.1)
			}
			return nil
		},
	})
}

// Denoising a file that is interrupted ends cleanly and writes nothing.
func TestInterruptFile(t *testing.T) {
	dir := t.TempDir()
	input, output := filepath.Join(dir, "in.npy"), filepath.Join(dir, "out.npy")
	writeNPY(t, input, weights.FromFloat32("", []int{2000, 8}, make([]float32, 16000)))
	cmd := exec.Command("denoise", "--checkpoint", "gmm:"+exactMixture(t), "--input", input, "--output", output, "--snr=0", "--methods=average:40", "--threads=1")
	if code, stderr := clitest.Interrupt(t, cmd, "denoise 128/2000"); code != cli.ExitInterrupted {
		t.Errorf("exit code %d, want %d; stderr:\n%s", code, cli.ExitInterrupted, stderr)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// exactMixture returns the file of a mixture in 8 dimensions.
func exactMixture(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "gmm", "testdata", "rand_gmm_n8_k4.npz"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// bytes255 is an image in units of 1/255.
func bytes255() weights.Array {
	x := make([]float32, 28*28)
	for i := range x {
		x[i] = float32(i % 256)
	}
	return weights.FromFloat32("", []int{28, 28}, x)
}

func greys() (p color.Palette) {
	for i := range 256 {
		p = append(p, color.Gray{Y: uint8(i)})
	}
	return p
}

// colours returns an image whose planes differ.
func colours(r image.Rectangle) draw.Image { return tinted{image.NewRGBA(r)} }

type tinted struct{ *image.RGBA }

func (t tinted) Set(x, y int, c color.Color) {
	g := color.GrayModel.Convert(c).(color.Gray).Y
	t.RGBA.Set(x, y, color.RGBA{R: g, G: g, B: uint8(x), A: 255})
}

// closer CLEAN NOISY DENOISED FACTOR demands that the error of the denoised file
// is less than that of the noisy one by a factor.
func closer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: closer CLEAN NOISY DENOISED FACTOR")
	}
	var x [3][]float64
	for i, name := range args[:3] {
		m, err := media.Read(ts.MkAbs(name))
		ts.Check(err)
		x[i] = m.X
	}
	factor, err := strconv.ParseFloat(args[3], 64)
	ts.Check(err)
	if len(x[0]) != len(x[2]) {
		ts.Fatalf("%d values in place of %d", len(x[2]), len(x[0]))
	}
	if before, after := distance(x[1], x[0]), distance(x[2], x[0]); !(after*factor < before) {
		ts.Fatalf("the error went from %.4g to %.4g", before, after)
	}
}

// like A B demands that two files are of the same form.
func like(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: like A B")
	}
	a, b := header(args[0], ts.ReadFile(args[0])), header(args[1], ts.ReadFile(args[1]))
	if a != b {
		ts.Fatalf("the headers are\n% x\n% x", a, b)
	}
}

// header returns what a file's first bytes tell: of PNG, size, depth and colour
// type; of WAV, all but the samples.
func header(name, content string) string {
	if filepath.Ext(name) == ".png" {
		return content[16:26]
	}
	return content[:44]
}
