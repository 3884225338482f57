package weights

import (
	"bytes"
	"slices"
	"testing"
)

// Lists and nothing come back as torch.load would have them, and tensors over the same
// memory lie in the file once.
func TestWriteTorchShares(t *testing.T) {
	const n = 1000
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i)
	}
	size := map[int]int{}
	for _, copies := range []int{1, 3} {
		group := TorchDict{}
		for i := range copies {
			group = append(group, TorchItem{string(rune('a' + i)), FromFloat32("", []int{10, 100}, values)})
		}
		var b bytes.Buffer
		if err := WriteTorch(&b, TorchDict{{"model", group}, {"scaler", nil}, {"groups", TorchList{TorchDict{{"lr", 0.5}, {"params", TorchList{3, 4}}}, "last"}}}); err != nil {
			t.Fatal(err)
		}
		size[copies] = b.Len()
		got, err := ReadTorch(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Arrays) != copies {
			t.Fatalf("%d tensors, want %d", len(got.Arrays), copies)
		}
		for _, a := range got.Arrays {
			if !slices.Equal(a.Shape, []int{10, 100}) || !slices.Equal(a.Float32(), values) {
				t.Errorf("%s differs", a.Name)
			}
		}
		for name, want := range map[string]any{"groups.0.lr": 0.5, "groups.0.params.0": 3, "groups.0.params.1": 4, "groups.1": "last"} {
			if got.Scalars[name] != want {
				t.Errorf("%s = %v, want %v", name, got.Scalars[name], want)
			}
		}
	}
	if more := size[3] - size[1]; more > 1000 {
		t.Errorf("two tensors more over the same memory take %d bytes", more)
	}
	if err := WriteTorch(&bytes.Buffer{}, TorchDict{{"list", TorchList{TorchList{struct{}{}}}}}); err == nil {
		t.Error("a struct is written")
	}
}
