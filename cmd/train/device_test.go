//go:build xla && (linux || darwin)

package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/device/devicetest"
	"github.com/condmean/condmean/eval/single"
	"github.com/condmean/condmean/internal/cli"
)

// The command with --device trains and evaluates as without: each figure of the final
// table is within the interval of the CPU's. Samples that the run's weights generate
// on the device are the CPU's to rounding.
func TestDevice(t *testing.T) {
	plugin := devicetest.Plugin(t)
	train := func(flags ...string) (table map[string][2]float64, dir, stderr string) {
		dir = filepath.Join(t.TempDir(), "run")
		args := append([]string{"--out", dir, "--threads=1", "--set=data.dim=8", "--set=data.components=2",
			"--set=data.samples.train=512", "--set=data.samples.val=64", "--set=data.samples.test=200",
			"--set=schedule.steps=10", "--set=model.mlp.width=16", "--set=model.mlp.hidden=16", "--set=model.mlp.blocks=1", "--set=model.mlp.slots=8",
			"--set=train.batch=64", "--set=train.steps=200", "--set=train.val_every=100", "--set=eval.samples=200"}, flags...)
		var errs bytes.Buffer
		if code := command().Execute(context.Background(), args, cli.Streams{Out: new(bytes.Buffer), Err: &errs}); code != cli.ExitDone {
			t.Fatalf("exit code %d:\n%s", code, errs.String())
		}
		return readTable(t, dir), dir, errs.String()
	}
	want, _, _ := train()
	got, dir, stderr := train("--device", "xla:"+plugin, "--precision", "float32")
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%d figures, want %d", len(got), len(want))
	}
	worst := 0.0
	for key, w := range want {
		e := math.Abs(got[key][0]-w[0]) / w[1]
		worst = max(worst, e)
		if !(e < 1) {
			t.Errorf("%s: %.4f dB, want %.4f ± %.4f", key, got[key][0], w[0], w[1])
		}
	}
	t.Logf("%d figures, within %.2g of their intervals", len(want), worst)
	if !strings.Contains(stderr, "device=\"XLA") {
		t.Errorf("the log does not name the device:\n%s", stderr)
	}
	d, err := device.Open("xla", device.Options{Precision: "float32"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	var samples [2]*single.Generated
	for i, on := range []device.Device{nil, d} {
		if samples[i], err = single.Generate(context.Background(), single.GenerateOptions{Checkpoint: dir, Device: on, N: 5, Out: filepath.Join(t.TempDir(), "x.npy")}); err != nil {
			t.Fatal(err)
		}
	}
	for i, w := range samples[0].X {
		if g := samples[1].X[i]; math.Abs(g-w) > 1e-3 {
			t.Errorf("sample value %d: %v, want %v", i, g, w)
		}
	}
	if _, err := denoiser.Load("gmm:missing.npz", denoiser.WithDevice(d)); err == nil {
		t.Error("an exact predictor on the device")
	}
}

// readTable reads NMSE and interval in dB from a run's report, by SNR and method.
func readTable(t *testing.T, dir string) map[string][2]float64 {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "report", "eval.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	table := map[string][2]float64{}
	for _, row := range rows[1:] {
		var v [2]float64
		for i, name := range []string{"nmse_db", "ci95_db"} {
			if v[i], err = strconv.ParseFloat(row[column[name]], 64); err != nil {
				t.Fatal(err)
			}
		}
		table[row[column["snr_db"]]+" dB "+row[column["method"]]] = v
	}
	return table
}
