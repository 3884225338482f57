package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/cli/clitest"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/train"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"generate": main})
}

// trained returns the folder of a run that takes a second.
func trained(t *testing.T, settings ...string) string {
	t.Helper()
	cfg := configs.Default()
	err := configs.Set(&cfg, append([]string{"name=tiny", "data.dim=8", "data.components=1", "data.samples.train=2048", "data.samples.val=64", "data.samples.test=600",
		"schedule.steps=20", "model.channels=8", "model.multipliers=1", "model.blocks=1", "train.steps=200", "train.batch=64", "train.lr=3e-3", "train.ema=0.9", "eval.samples=100"}, settings...)...)
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

// images returns a run on noise of 8×8 pixels.
func images(t *testing.T) string {
	t.Helper()
	const n = 300
	x := make([]float32, n*64)
	rng.New(1, rng.DataTrain, 0, 0).Normal32(x)
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, weights.FromFloat32("", []int{n, 8, 8}, x)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "images.npy")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return trained(t, "data.kind=npy", "data.dir="+path, "data.samples.train=0", "data.samples.val=0", "data.samples.test=0", "train.steps=20", "eval.samples=0")
}

func TestScripts(t *testing.T) {
	run, pictures := trained(t), images(t)
	networks, err := filepath.Abs("../../checkpoint/pretrained/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: clitest.Commands(),
		Setup: func(e *testscript.Env) error {
			e.Setenv("RUN", run)
			e.Setenv("PRETRAINED", networks)
			e.Setenv("IMAGES", pictures)
			e.Setenv("MIXTURE", exactMixture(t))
			return nil
		},
	})
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

// The first samples are the same however many there are.
func TestPrefix(t *testing.T) {
	run, dir := trained(t, "train.steps=20"), t.TempDir()
	read := func(n, method string) []float64 {
		t.Helper()
		path := filepath.Join(dir, n+".npy")
		cmd := exec.Command("generate", "--checkpoint", run, "-n", n, "--out", path, "--method", method, "--steps", "5")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		a, err := weights.ReadNPYFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return a.Float64()
	}
	for _, method := range []string{"resample", "ddim"} {
		many, few := read("67", method), read("66", method)
		if !slices.Equal(many[:len(few)], few) || !slices.Equal(many[:8], read("1", method)) {
			t.Errorf("%s: samples depend on their number", method)
		}
		if slices.Equal(many[:8], many[8:16]) {
			t.Errorf("%s: two samples are equal", method)
		}
	}
}

// Samples whose comparison fails are written all the same: of data that are mostly
// equal no distance tells anything.
func TestFailedComparison(t *testing.T) {
	const n = 300
	x := make([]float32, n*8)
	rng.New(1, rng.DataTrain, 0, 0).Normal32(x[:n/10*8])
	var b bytes.Buffer
	if err := weights.WriteNPY(&b, weights.FromFloat32("", []int{n, 8}, x)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	array, out := filepath.Join(dir, "equal.npy"), filepath.Join(dir, "out.npy")
	if err := os.WriteFile(array, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run := trained(t, "data.kind=npy", "data.dir="+array, "data.samples.train=0", "data.samples.val=0", "data.samples.test=0", "train.steps=20", "eval.samples=0")
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("generate", "--checkpoint", run, "-n", "3", "--out", out, "--mmd")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != cli.ExitFailed || !strings.Contains(stderr.String(), "median distance") || !strings.Contains(stdout.String(), "3 samples") {
		t.Errorf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	if a, err := weights.ReadNPYFile(out); err != nil || !slices.Equal(a.Shape, []int{3, 1, 8}) {
		t.Errorf("samples of shape %v: %v", a.Shape, err)
	}
	// Data in another order are dealt to other splits, which is said.
	slices.Reverse(x)
	b.Reset()
	if err := weights.WriteNPY(&b, weights.FromFloat32("", []int{n, 8}, x)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(array, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.Command("generate", "--checkpoint", run, "-n", "3", "--out", out, "--mmd").CombinedOutput()
	if err == nil || !strings.Contains(string(text), "generate: warning: "+array+" is not the data set of the training") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestInterrupt(t *testing.T) {
	cmd := exec.Command("generate", "--checkpoint", "gmm:"+exactMixture(t), "-n", "100000", "--out", filepath.Join(t.TempDir(), "x.npy"), "--threads=1")
	if code, stderr := clitest.Interrupt(t, cmd, "generate"); code != cli.ExitInterrupted {
		t.Errorf("exit code %d, want %d; stderr:\n%s", code, cli.ExitInterrupted, stderr)
	}
}
