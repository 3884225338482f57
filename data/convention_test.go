package data

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// arrayOf writes an .npy of float32 values, two to an element if it is complex,
// and returns the settings of data under a convention that read it.
func arrayOf(t *testing.T, descr string, shape string, values []float32, normalize, noise string) configs.Data {
	t.Helper()
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", descr, shape)
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	b = append(b, header...)
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	c := configs.Default().Data
	c.Kind, c.Dir, c.Normalize, c.Noise = "npy", filepath.Join(t.TempDir(), "x.npy"), normalize, noise
	if err := os.WriteFile(c.Dir, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestConvention: samples normalised to power one a complex value have half of it
// in each of their real values; what the other normalisations do stays.
func TestConvention(t *testing.T) {
	const n, length = 300, 6
	values := make([]float32, 2*n*length)
	for i := range values {
		values[i] = float32(i%11)*float32(1+i%4) - 7
	}
	for _, kind := range []string{"power", "dimension", "none", "minmax"} {
		var power [2]float64
		for i, noise := range []string{configs.NoiseReal, configs.NoiseComplex} {
			set, err := Open(context.Background(), arrayOf(t, "<c8", "300, 6", values, kind, noise), 1)
			if err != nil {
				t.Fatal(err)
			}
			x := make([]float64, set.Train.Len()*set.Dim())
			if err := set.ReadNormalized(x, set.Train, 0); err != nil {
				t.Fatal(err)
			}
			for _, v := range x {
				power[i] += v * v / float64(len(x))
			}
		}
		want := [2]float64{1, 0.5}
		if kind == "none" || kind == "minmax" {
			want = [2]float64{power[0], power[0]}
		}
		if math.Abs(power[0]/want[0]-1) > 1e-5 || math.Abs(power[1]/want[1]-1) > 1e-5 {
			t.Errorf("%s: power %v a real value, want %v", kind, power, want)
		}
	}
	_, err := Open(context.Background(), arrayOf(t, "<f4", "300, 12", values, "power", configs.NoiseComplex), 1)
	if !configs.IsUsage(err) || !strings.Contains(err.Error(), "data.noise") {
		t.Errorf("samples of one channel as complex ones: %v", err)
	}
}
