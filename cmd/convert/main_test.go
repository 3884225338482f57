package main

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/internal/cli/clitest"
)

// published are run folders in the layout of the paper's published code, with
// what PyTorch computes from them in expected.npz.
const published = "../../model/testdata/torch"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"convert": main})
}

func TestScripts(t *testing.T) {
	folder, err := filepath.Abs(published)
	if err != nil {
		t.Fatal(err)
	}
	networks, err := filepath.Abs("../../checkpoint/pretrained/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: clitest.Commands(),
		Setup: func(e *testscript.Env) error {
			e.Setenv("PUBLISHED", folder)
			e.Setenv("PRETRAINED", networks)
			return nil
		},
	})
}

// One command imports each published run folder, and denoise reproduces the
// chains that PyTorch computed.
func TestPublishedChains(t *testing.T) {
	if testing.Short() {
		t.Skip("builds another command")
	}
	dir := t.TempDir()
	denoise := filepath.Join(dir, "denoise")
	run := func(name string, args ...string) {
		t.Helper()
		if text, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, text)
		}
	}
	run("go", "build", "-o", denoise, "../denoise")
	for _, network := range []string{"unet1d_gmm", "unet1d_complex", "unet2d_group", "unet2d_mnist"} {
		source := filepath.Join(published, network)
		imported := filepath.Join(dir, network)
		run("convert", source, imported)
		expected, err := weights.ReadNPZFile(filepath.Join(source, "expected.npz"))
		if err != nil {
			t.Fatal(err)
		}
		find := func(name string) weights.Array {
			a, ok := weights.Find(expected, name)
			if !ok {
				t.Fatalf("%s: no %s in expected.npz", network, name)
			}
			return a
		}
		for _, snr := range []string{"0", "15"} {
			y := find("y_" + snr + "dB")
			var b bytes.Buffer
			if err := weights.WriteNPY(&b, weights.FromFloat32("", y.Shape, y.Float32())); err != nil {
				t.Fatal(err)
			}
			noisy, clean := filepath.Join(dir, "noisy.npy"), filepath.Join(dir, "clean.npy")
			if err := os.WriteFile(noisy, b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, start := range []string{"paper", "code"} {
				run(denoise, "--checkpoint", imported, "--input", noisy, "--snr", snr, "--match", "linear", "--start", start, "--output", clean)
				got, err := weights.ReadNPYFile(clean)
				if err != nil {
					t.Fatal(err)
				}
				want := find("chain_" + snr + "dB_" + start)
				if d := relative(got.Float64(), want.Float64()); !(d <= 1e-5) {
					t.Errorf("%s at %s dB from %s: off by %.2g", network, snr, start, d)
				} else {
					t.Logf("%s at %s dB from %s: off by %.2g", network, snr, start, d)
				}
			}
		}
	}
}

// relative returns ‖a-b‖/‖b‖.
func relative(a, b []float64) float64 {
	num, den := 0.0, 0.0
	for i, v := range b {
		num += (a[i] - v) * (a[i] - v)
		den += v * v
	}
	return math.Sqrt(num / den)
}
