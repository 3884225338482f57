package weights

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"testing"
)

func TestReadSafetensors(t *testing.T) {
	arrays, meta, err := ReadSafetensorsFile("testdata/mixed.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, arrays, expected(t, "safetensors"))
	if meta["origin"] != "fixture" || meta["quote"] != `a "b"` || len(meta) != 2 {
		t.Errorf("metadata %v", meta)
	}
	for name, want := range map[string]DType{"half": Float16, "bfloat16": BFloat16, "double": Float64, "long": Int64} {
		if a, ok := Find(arrays, name); !ok || a.DType != want {
			t.Errorf("%s: %v, want %v", name, a.DType, want)
		}
	}
}

// What we write is byte for byte what the reference implementation writes, up
// to the order of the header's fields.
func TestWriteSafetensors(t *testing.T) {
	const file = "testdata/float32.safetensors"
	arrays, meta, err := ReadSafetensorsFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range arrays {
		arrays[i] = FromFloat32(a.Name, a.Shape, a.Float32())
	}
	var one, two bytes.Buffer
	if err := WriteSafetensors(&one, arrays, meta); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(arrays)
	if err := WriteSafetensors(&two, arrays, meta); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the order of the arrays changes the file")
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data := func(b []byte) []byte { return b[8+binary.LittleEndian.Uint64(b):] }
	if !bytes.Equal(data(one.Bytes()), data(want)) {
		t.Error("the data differ from the reference implementation's")
	}
	got, gotMeta, err := ReadSafetensors(bytes.NewReader(one.Bytes()), int64(one.Len()))
	if err != nil || gotMeta["k"] != "v" || len(got) != 2 || got[0].Name != "a" || !slices.Equal(got[1].Shape, []int{2, 3}) {
		t.Errorf("reading back: %v %v %v", got, gotMeta, err)
	}
}

func TestSafetensorsRoundTrip(t *testing.T) {
	arrays := []Array{
		FromFloat32("empty", []int{0, 2}, nil),
		FromFloat32("scalar", nil, []float32{3}),
		FromFloat64("wide", []int{2}, []float64{1. / 3, 2. / 3}),
		FromFloat32("x", []int{2, 1}, []float32{1, 2}),
	}
	var buf bytes.Buffer
	if err := WriteSafetensors(&buf, arrays, nil); err != nil {
		t.Fatal(err)
	}
	got, _, err := ReadSafetensors(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range arrays {
		g := got[i]
		if g.Name != a.Name || g.DType != a.DType || !slices.Equal(g.Shape, a.Shape) || !bytes.Equal(g.bytes(), a.bytes()) {
			t.Errorf("%s: got %s %v %v", a.Name, g.Name, g.DType, g.Shape)
		}
	}
}

func safetensorsOf(header, data string) []byte {
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header+data...)
}

func TestHostileSafetensors(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"empty":          {nil, "header too small"},
		"long header":    {safetensorsOf("", "")[:8:8], "header"},
		"huge header":    {append(bytes.Repeat([]byte{0xff}, 8), '{', '}'), "header too large"},
		"cut header":     {safetensorsOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234")[:20], "header length"},
		"not JSON":       {safetensorsOf(`}{`, ""), "not a valid"},
		"overlap":        {safetensorsOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234"), "offset"},
		"gap":            {safetensorsOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "12345678"), "offset"},
		"out of range":   {safetensorsOf(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "1234"), "incomplete"},
		"reversed":       {safetensorsOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, "1234"), "offset"},
		"trailing":       {safetensorsOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "12345"), "incomplete"},
		"wrong size":     {safetensorsOf(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, "1234"), "tensor a: float32 of shape [2] needs 8 bytes"},
		"overflow":       {safetensorsOf(`{"a":{"dtype":"F32","shape":[4294967296,4294967297],"data_offsets":[0,4]}}`, "1234"), "tensor a: shape [4294967296 4294967297] is too large"},
		"twice":          {safetensorsOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234"), `"a" is there twice`},
		"metadata twice": {safetensorsOf(`{"__metadata__":{},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{}}`, "1234"), `"__metadata__" is there twice`},
		"a step twice":   {safetensorsOf(`{"__metadata__":{"step":"1","step":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234"), `"step" is there twice`},
		"one offset":     {safetensorsOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, "1234"), "tensor a: its data offsets"},
		"negative":       {safetensorsOf(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, "1234"), "shape"},
		"odd type":       {safetensorsOf(`{"a":{"dtype":"F3","shape":[1],"data_offsets":[0,4]}}`, "1234"), "element type F3 is not supported"},
		"unused type":    {safetensorsOf(`{"a":{"dtype":"U32","shape":[1],"data_offsets":[0,4]}}`, "1234"), "U32 is not supported"},
		"no name":        {safetensorsOf(`{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234"), "no name"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "long header" {
				c.file[0] = 100
			}
			refuses(t, c.want, func() error {
				_, _, err := ReadSafetensors(bytes.NewReader(c.file), int64(len(c.file)))
				return err
			})
		})
	}
}

func FuzzReadSafetensors(f *testing.F) {
	for _, name := range []string{"testdata/mixed.safetensors", "testdata/float32.safetensors"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		arrays, _, err := ReadSafetensors(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for _, a := range arrays {
			if len(a.Float32()) != a.Len() {
				t.Errorf("%s: %d elements for shape %v", a.Name, len(a.Float32()), a.Shape)
			}
		}
	})
}
