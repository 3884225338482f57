package weights

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNPYFile(t *testing.T) {
	var buf bytes.Buffer
	want := FromFloat64("", []int{2, 1, 3}, []float64{1, -2, 3.5, 4, 5, 1e-300})
	if err := WriteNPY(&buf, want); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "noisy.npy")
	for length := range buf.Len() { // cut anywhere, it is refused by name
		if err := os.WriteFile(name, buf.Bytes()[:length], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadNPYFile(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Fatalf("cut to %d bytes: error %v, want one that names the file", length, err)
		}
	}
	if err := os.WriteFile(name, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadNPYFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "noisy" || got.DType != Float64 || !slices.Equal(got.Shape, want.Shape) || !slices.Equal(got.Float64(), want.Float64()) {
		t.Errorf("read %s %v %v %v", got.Name, got.DType, got.Shape, got.Float64())
	}
}

// Big-endian arrays of every type, and complex ones, are read; element by
// element they are what encoding/binary wrote.
func TestNPYTypes(t *testing.T) {
	be := binary.BigEndian
	f32, f64 := math.Float32bits, math.Float64bits
	for descr, c := range map[string]struct {
		b    []byte
		want []float64 // of complex elements both parts
	}{
		">f8":  {be.AppendUint64(be.AppendUint64(nil, f64(-2.5)), f64(1e300)), []float64{-2.5, 1e300}},
		">f4":  {be.AppendUint32(be.AppendUint32(nil, f32(-2.5)), f32(3)), []float64{-2.5, 3}},
		">f2":  {[]byte{0xc1, 0x00, 0x3c, 0x00}, []float64{-2.5, 1}},
		">i8":  {be.AppendUint64(be.AppendUint64(nil, 1<<40), math.MaxUint64), []float64{1 << 40, -1}},
		">i4":  {be.AppendUint32(be.AppendUint32(nil, 1<<30), math.MaxUint32), []float64{1 << 30, -1}},
		">i2":  {be.AppendUint16(be.AppendUint16(nil, 258), math.MaxUint16), []float64{258, -1}},
		">u8":  {be.AppendUint64(be.AppendUint64(nil, 1<<63), 7), []float64{0x1p63, 7}},
		">u4":  {be.AppendUint32(be.AppendUint32(nil, 1<<31), 7), []float64{1 << 31, 7}},
		">u2":  {be.AppendUint16(be.AppendUint16(nil, 1<<15), 7), []float64{1 << 15, 7}},
		"|u1":  {[]byte{200, 7}, []float64{200, 7}},
		"|b1":  {[]byte{1, 0}, []float64{1, 0}},
		">c8":  {be.AppendUint32(be.AppendUint32(make([]byte, 8), f32(1.5)), f32(-2)), []float64{0, 0, 1.5, -2}},
		">c16": {be.AppendUint64(be.AppendUint64(make([]byte, 16), f64(1e99)), f64(-2)), []float64{0, 0, 1e99, -2}},
	} {
		name := filepath.Join(t.TempDir(), "x.npy")
		if err := os.WriteFile(name, []byte(npyOf("'"+descr+"'", "(2,)", string(c.b))), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := ReadNPYFile(name)
		if err != nil || !slices.Equal(a.Float64(), c.want) || a.Len() != 2 {
			t.Errorf("%s: %v %v, want %v", descr, a.Float64(), err, c.want)
		}
		if z := a.Complex128(); a.DType.Complex() && z[1] != complex(c.want[2], c.want[3]) || !a.DType.Complex() && z[1] != complex(c.want[1], 0) {
			t.Errorf("%s: as complex numbers %v", descr, z)
		}
	}
}

func TestComplexNPYRoundTrip(t *testing.T) {
	z := []complex128{1, 2i, -3.25 + 0.5i}
	for _, wide := range []bool{false, true} {
		var buf bytes.Buffer
		if err := WriteNPY(&buf, FromComplex128("z", []int{3}, z, wide)); err != nil {
			t.Fatal(err)
		}
		a, err := parseNPY(buf.Bytes())
		if err != nil || !slices.Equal(a.Complex128(), z) || a.DType.Size() != map[bool]int{false: 8, true: 16}[wide] {
			t.Errorf("wide %v: %v of %s, %v", wide, a.Complex128(), a.DType, err)
		}
	}
}
