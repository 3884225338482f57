//go:build xla && (linux || darwin)

package model_test

import (
	"math"
	"os"
	"testing"
	"time"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/device/devicetest"
	"github.com/condmean/condmean/lower"
	"github.com/condmean/condmean/lower/hlo"
	"github.com/condmean/condmean/op"
)

func init() {
	if os.Getenv("CONDMEAN_PJRT") != "" {
		onDevice = compareOnDevice
	}
}

// deviceTolerance is how far a float32 result on a device may be from the float64
// one, in terms of its size: twice what TestReadableGraph holds the CPU to,
// for the same roundings, because a plugin adds up in an order of its own.
const deviceTolerance = 2e-5

// compareOnDevice lowers outputs of a graph, a loss and gradients, runs them on the
// plugin and compares them with values in float64. Gradients that are sums of
// cancelling terms are judged by a tenth of the largest.
func compareOnDevice(t *testing.T, outputs G.Nodes, want []array) {
	t.Helper()
	if worst := errorOnDevice(t, hlo.Exact, outputs, want); !(worst < deviceTolerance) {
		t.Errorf("on the device an output is off by %.2g of its size", worst)
	}
}

// errorOnDevice is the largest error of an output.
func errorOnDevice(t *testing.T, p hlo.Precision, outputs G.Nodes, want []array) (worst float64) {
	t.Helper()
	got, took := runOnDevice(t, devicetest.Open(t), p, outputs)
	size := func(v []float64) float64 {
		s := 0.0
		for _, x := range v {
			s += x * x
		}
		return math.Sqrt(s / float64(len(v)))
	}
	largest, off := 0.0, ""
	for _, w := range want[1:] {
		largest = max(largest, size(w.v))
	}
	for i, w := range want {
		diff := make([]float64, len(w.v))
		for k := range diff {
			diff[k] = float64(got[i][k]) - w.v[k]
		}
		if e := size(diff) / max(size(w.v), largest/10); !(e <= worst) { // NaN as well
			worst, off = e, outputs[i].String()
		}
	}
	t.Logf("on the device: to %.2g, %s; compiled in %.1f s", worst, off, took.Seconds())
	return worst
}

// runOnDevice returns the values of outputs in logical shapes.
func runOnDevice(t *testing.T, d device.Device, precision hlo.Precision, outputs G.Nodes) (values [][]float32, took time.Duration) {
	t.Helper()
	p, err := lower.NewProgram(precision, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	e, err := d.Compile(t.Context(), "a test", p.Text)
	if err != nil {
		t.Fatal(err)
	}
	took = time.Since(start)
	defer e.Close()
	var in []device.Buffer
	for _, a := range p.Args {
		switch o := a.Draws.(type) {
		case *op.Dropout:
			lower.Draw(a.Data, o, o.Random.Seed, o.Random.Step)
		case *op.DropoutMask:
			lower.Draw(a.Data, o, o.Random.Seed, o.Random.Step)
		}
		b, err := d.Upload(a.Data, a.Shape...)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		in = append(in, b)
	}
	out, err := e.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range out {
		defer b.Close()
		n := 0
		if i < len(outputs) {
			n = tensor.Shape(outputs[i].Shape()).TotalSize()
		} else {
			continue // running statistics
		}
		v := make([]float32, n)
		if err := b.Download(v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	return values, took
}

// TestDeviceGraphs runs the training graphs of small networks on the plugin: loss
// and all gradients.
func TestDeviceGraphs(t *testing.T) {
	devicetest.Plugin(t)
	for i, c := range graphs {
		t.Run(c.name, func(t *testing.T) {
			_, s := graphStep(t, i, 3)
			want, err := interpret(nil, s.Outputs()...)
			if err != nil {
				t.Fatal(err)
			}
			compareOnDevice(t, s.Outputs(), want)
		})
	}
}

// Factors of bfloat16 have 8 bits, an error of 0.2 % each: through the few layers of
// these networks, gradients are right to some percent, and no better.
func TestDeviceHalf(t *testing.T) {
	devicetest.Plugin(t)
	for i, c := range graphs {
		if c.name != "image_cnn" && c.name != "vector_gated" {
			continue
		}
		_, s := graphStep(t, i, 3)
		want, err := interpret(nil, s.Outputs()...)
		if err != nil {
			t.Fatal(err)
		}
		if e := errorOnDevice(t, hlo.Half, s.Outputs(), want); !(e > 1e-4 && e < 0.1) {
			t.Errorf("%s: bfloat16 is off by %.2g", c.name, e)
		}
	}
}
