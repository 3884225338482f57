package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/cli/clitest"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/train"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"denoise": main})
}

// tinyConfig is a run that takes a second.
func tinyConfig(t *testing.T) configs.Config {
	t.Helper()
	cfg := configs.Default()
	err := configs.Set(&cfg, "name=tiny", "data.dim=8", "data.components=1", "data.samples.train=4096", "data.samples.val=64", "data.samples.test=600",
		"schedule.steps=10", "model.channels=8", "model.multipliers=1", "model.blocks=1",
		"train.steps=300", "train.batch=64", "train.lr=3e-3", "train.ema=0.9", "eval.snr=0:10:10", "eval.samples=100", "eval.methods=mean,oneshot")
	if err == nil {
		err = cfg.Validate()
	}
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// trained returns the folder of a tiny run.
func trained(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train.Run(context.Background(), tinyConfig(t), train.Options{Out: out}); err != nil {
		t.Fatal(err)
	}
	return out
}

func writeNPY(t *testing.T, name string, a weights.Array) {
	t.Helper()
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, a); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestScripts(t *testing.T) {
	run := trained(t)
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: clitest.Commands(),
		Setup: func(e *testscript.Env) error {
			e.Setenv("RUN", run)
			advised := filepath.Join(e.WorkDir, "advised")
			if err := os.CopyFS(advised, os.DirFS(run)); err != nil {
				return err
			}
			best, err := checkpoint.Resolve(advised)
			if err != nil {
				return err
			}
			if err := checkpoint.Recommend(best, checkpoint.Recommendation{Method: "oneshot", Other: "mean", Gain: 0.3, Samples: 64}); err != nil {
				return err
			}
			mixture, err := os.ReadFile(filepath.Join("..", "..", "gmm", "testdata", "rand_gmm_n8_k4.npz"))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(e.WorkDir, "mixture.npz"), mixture, 0o600); err != nil {
				return err
			}
			writeNPY(t, filepath.Join(e.WorkDir, "three.npy"), weights.FromFloat32("", []int{3, 8}, make([]float32, 24)))
			if err := os.WriteFile(filepath.Join(e.WorkDir, "large"), make([]byte, 2<<20), 0o600); err != nil {
				return err
			}
			writeNPY(t, filepath.Join(e.WorkDir, "wrong.npy"), weights.FromFloat32("", []int{3, 7}, make([]float32, 21)))
			writeNPY(t, filepath.Join(e.WorkDir, "rank.npy"), weights.FromFloat32("", []int{2, 1, 1, 28, 28}, make([]float32, 2*784)))
			writeNPY(t, filepath.Join(e.WorkDir, "nan.npy"), weights.FromFloat32("", []int{2, 8}, append(make([]float32, 15), float32(math.NaN()))))
			return nil
		},
	})
}

// A sweep that is interrupted ends cleanly.
func TestInterrupt(t *testing.T) {
	cmd := exec.Command("denoise", "--checkpoint", trained(t), "--samples=600", "--methods=average:1000", "--snr=-20:0.1:40", "--threads=1")
	if code, stderr := clitest.Interrupt(t, cmd, "evaluate"); code != cli.ExitInterrupted {
		t.Errorf("exit code %d, want %d; stderr:\n%s", code, cli.ExitInterrupted, stderr)
	}
}

// File denoising lowers the error of noisy test samples, works sample by sample
// as it does on all together, and returns observations above the grid as they are.
func TestFile(t *testing.T) {
	run, dir, cfg := trained(t), t.TempDir(), tinyConfig(t)
	set, err := data.Open(context.Background(), cfg.Data, cfg.Seed)
	if err != nil {
		t.Fatal(err)
	}
	const n, dim = 600, 8 // more than one batch
	clean := make([]float64, n*dim)
	noisy := make([]float64, n*dim)
	x := make([]float32, dim)
	s := rng.New(1, rng.EvalNoise, 0, 0)
	for i := range n {
		if err := set.Test.Read(x, i); err != nil {
			t.Fatal(err)
		}
		for k, v := range x {
			clean[i*dim+k] = float64(v)
			noisy[i*dim+k] = float64(v) + s.Rand().NormFloat64() // 0 dB
		}
	}
	input, output := filepath.Join(dir, "noisy.npy"), filepath.Join(dir, "clean.npy")
	denoise := func(args ...string) weights.Array {
		t.Helper()
		cmd := exec.Command("denoise", append([]string{"--checkpoint", run, "--input", input, "--output", output}, args...)...)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		a, err := weights.ReadNPYFile(output)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}

	writeNPY(t, input, weights.FromFloat64("", []int{n, 1, dim}, noisy))
	all := denoise("--snr", "0", "--methods", "resample", "--seed", "3")
	if all.DType != weights.Float64 || !slices.Equal(all.Shape, []int{n, 1, dim}) {
		t.Errorf("output is %v %v", all.DType, all.Shape)
	}
	estimate := denoise("--snr", "0", "--methods", "oneshot")
	if before, after := distance(noisy, clean), distance(estimate.Float64(), clean); after > 0.75*before {
		t.Errorf("the error went from %v to %v; the linear optimum halves it", before, after)
	}
	if got := denoise("--snr", "150").Float64(); distance(got, noisy) > 1e-24 {
		t.Error("observations above the grid were changed")
	}

	writeNPY(t, input, weights.FromFloat64("", []int{dim}, noisy[:dim]))
	one := denoise("--snr", "0", "--methods", "resample", "--seed", "3").Float64()
	if d := distance(one, all.Float64()[:dim]); d > 1e-10 {
		t.Errorf("the first sample alone differs by %v", d)
	}
}

func distance(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += (v - b[i]) * (v - b[i])
	}
	return s
}
