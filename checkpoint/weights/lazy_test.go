package weights

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/internal/hostile"
)

// What is read one by one is what is read as a whole, bit by bit, of every format.
func TestOpenReadsTheSame(t *testing.T) {
	for _, name := range []string{"float32.safetensors", "mixed.safetensors", "torch_zip.pt", "torch_legacy.pt", "torch_protocol4.pt"} {
		name := filepath.Join("testdata", name)
		want, err := ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Keys) != len(want.Arrays) || len(f.Unread) != len(want.Unread) {
			t.Errorf("%s: %d tensors and %d unread, want %d and %d", name, len(f.Keys), len(f.Unread), len(want.Arrays), len(want.Unread))
		}
		for _, w := range want.Arrays {
			got, err := f.Read(w.Name)
			if err != nil || !slices.Equal(got.Shape, w.Shape) || got.DType != w.DType || !reflect.DeepEqual(got.bytes(), w.bytes()) {
				t.Errorf("%s: %s differs: %v", name, w.Name, err)
			}
		}
		if _, err := f.Read("a\nb"); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v", err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := Open("testdata/numpy.npz"); err == nil {
		t.Error(".npz is opened")
	}
}

// Headers that lie are refused as the reader of whole files refuses them.
func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string][2]string{
		"gap":           {`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, "12345678"},
		"overlap":       {`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234"},
		"beyond":        {`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, "1234"},
		"rest":          {`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "12345"},
		"shape":         {`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, "1234"},
		"negative":      {`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}`, ""},
		"huge":          {`{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}`, "1234"},
		"no offsets":    {`{"a":{"dtype":"F32","shape":[1]}}`, "1234"},
		"wrong offsets": {`{"a":{"dtype":"F32","shape":[1],"data_offsets":["0",4]}}`, "1234"},
		"no object":     {`{"a":7}`, ""},
		"type":          {`{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}`, "1"},
		"name":          {`{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234"},
	} {
		file := filepath.Join(dir, name+".safetensors")
		if err := os.WriteFile(file, safetensorsOf(c[0], c[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			hostile.Withstands(t, true, func() error {
				f, err := Open(file)
				if err == nil {
					err = f.Close()
				}
				return err
			})
		})
	}
}
