package weights

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// Every element type that is read can be written in every form, with the same
// numbers.
func TestWritable(t *testing.T) {
	le := binary.LittleEndian
	for dtype, c := range map[DType]struct {
		raw  []byte
		want []float64
		as   DType
	}{
		Float64:  {le.AppendUint64(nil, math.Float64bits(1./3)), []float64{1. / 3}, Float64},
		Float32:  {le.AppendUint32(nil, math.Float32bits(-1.5)), []float64{-1.5}, Float32},
		Float16:  {[]byte{0x01, 0x00, 0x00, 0xbc}, []float64{0x1p-24, -1}, Float32},
		BFloat16: {[]byte{0x80, 0x3f, 0xc0, 0xbf}, []float64{1, -1.5}, Float32},
		Int64:    {le.AppendUint64(nil, 1<<63), []float64{-0x1p63}, Int64},
		Int32:    {le.AppendUint32(nil, 1<<31), []float64{-0x1p31}, Int64},
		Int16:    {le.AppendUint16(nil, 1<<15), []float64{-0x1p15}, Int64},
		Int8:     {[]byte{0x80, 0x7f}, []float64{-128, 127}, Int64},
		Uint64:   {le.AppendUint64(nil, 1<<62), []float64{0x1p62}, Int64},
		Uint32:   {le.AppendUint32(nil, math.MaxUint32), []float64{math.MaxUint32}, Int64},
		Uint16:   {le.AppendUint16(nil, math.MaxUint16), []float64{math.MaxUint16}, Int64},
		Uint8:    {[]byte{0xff, 0}, []float64{255, 0}, Int64},
		Bool:     {[]byte{1, 0}, []float64{1, 0}, Int64},
	} {
		a := Array{Name: "w", Shape: []int{len(c.want)}, DType: dtype, raw: c.raw}
		got, err := a.Writable()
		if err != nil || got.DType != c.as || got.Name != "w" || !slices.Equal(got.Shape, a.Shape) || !slices.Equal(got.Float64(), c.want) {
			t.Errorf("%s: %v as %s, %v; want %v as %s", dtype, got.Float64(), got.DType, err, c.want, c.as)
		}
		for form, write := range map[string]func(io.Writer) error{
			"npz":         func(w io.Writer) error { return WriteNPZ(w, []Array{got}) },
			"safetensors": func(w io.Writer) error { return WriteSafetensors(w, []Array{got}, nil) },
			"pt":          func(w io.Writer) error { return WriteTorch(w, TorchDict{{Key: "w", Value: got}}) },
		} {
			if err := write(io.Discard); err != nil {
				t.Errorf("%s as %s: %v", dtype, form, err)
			}
		}
	}
	for dtype, raw := range map[DType][]byte{Uint64: le.AppendUint64(nil, 1<<63), Complex64: make([]byte, 8)} {
		if _, err := (Array{Name: "w", Shape: []int{1}, DType: dtype, raw: raw}).Writable(); !configs.IsUsage(err) || !strings.Contains(err.Error(), "tensor w: ") {
			t.Errorf("%s: %v, want a refusal by name", dtype, err)
		}
	}
}

func TestIntegers(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want []int64
	}{{nil, []int64{}}, {[]float64{-1, 0, 0x1p53}, []int64{-1, 0, 1 << 53}}, {[]float64{1.5}, nil}, {[]float64{0x1p54}, nil}, {[]float64{math.NaN()}, nil}, {[]float64{math.Inf(1)}, nil}} {
		got, ok := FromFloat64("w", []int{len(c.in)}, c.in).Integers()
		if ok != (c.want != nil) || !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, %v; want %v", c.in, got, ok, c.want)
		}
	}
}

// Names that an archive cannot hold are the user's to change, and nothing is
// written under them.
func TestNamesOfEntries(t *testing.T) {
	for _, name := range []string{"../w", "/w", `a\b`, strings.Repeat("n", math.MaxUint16-len(".npy")+1)} {
		if err := WriteNPZ(io.Discard, []Array{FromFloat32(name, []int{1}, []float32{1})}); !configs.IsUsage(err) || !strings.Contains(err.Error(), "array name ") {
			t.Errorf("%.20s: %v, want a refusal", name, err)
		}
	}
	var b bytes.Buffer
	longest := strings.Repeat("n", math.MaxUint16-len(".npy"))
	if err := WriteNPZ(&b, []Array{FromFloat32(longest, []int{1}, []float32{1})}); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadNPZ(bytes.NewReader(b.Bytes()), int64(b.Len())); err != nil || got[0].Name != longest {
		t.Errorf("the longest name does not come back: %v", err)
	}
}
