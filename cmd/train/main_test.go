package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/cli/clitest"
	"github.com/condmean/condmean/internal/rng"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"train": main})
}

func TestScripts(t *testing.T) {
	networks, err := filepath.Abs("../../checkpoint/pretrained/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: clitest.Commands(), Setup: func(e *testscript.Env) error {
		e.Setenv("PRETRAINED", networks)
		x := make([]float32, 20*28*28)
		r := rng.New(3, rng.DataTrain, 0, 0).Rand()
		for i := range x {
			x[i] = float32(r.Float64())
		}
		var images bytes.Buffer
		if err := weights.WriteNPY(&images, weights.FromFloat32("", []int{20, 28, 28}, x)); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(e.WorkDir, "images.npy"), images.Bytes(), 0o600)
	}})
}

// Ctrl-C in the middle of a run ends it cleanly and leaves a checkpoint.
func TestInterrupt(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	cmd := exec.Command("train", "--out", out, "--threads=1",
		"--set=data.dim=8", "--set=data.components=2", "--set=data.samples.train=256", "--set=data.samples.val=64", "--set=data.samples.test=64",
		"--set=schedule.steps=10", "--set=model.kind=unet", "--set=model.channels=4", "--set=model.multipliers=1", "--set=model.blocks=1",
		"--set=train.batch=8", "--set=train.steps=1000000", "--set=train.log_every=1", "--set=eval.samples=64")
	code, stderr := clitest.Interrupt(t, cmd, "step 3/")
	if code != cli.ExitInterrupted {
		t.Errorf("exit code %d, want %d; stderr:\n%s", code, cli.ExitInterrupted, stderr)
	}
	if _, err := os.Stat(filepath.Join(out, "checkpoints", "latest")); err != nil {
		t.Errorf("no checkpoint: %v", err)
	}
}
