package weights

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/internal/hostile"
)

func FuzzKeyMap(f *testing.F) {
	f.Add([]byte("- {match: '^a\\.(b)', replace: '$1'}\n- {match: c, drop: true}\n"), "a.b.c")
	f.Add([]byte("- &a {match: x}\n- *a\n"), "xx")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		hostile.Withstands(t, false, func() error {
			m, err := ParseKeyMap(text)
			if err == nil {
				if to, _ := m.Apply(name); len(to) > max(maxName, len(name)) {
					t.Errorf("a name of %d bytes", len(to))
				}
			}
			return err
		})
	})
}

func FuzzAuthorsParams(f *testing.F) {
	for _, network := range []string{"unet1d_gmm", "unet2d_group"} {
		b, err := os.ReadFile(filepath.Join(torchDir, network, authorsParams))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"diff_model_dict":{"data_shape":[1,4],"which_schedule":"linear","num_timesteps":9,"beta_start":0.1,"beta_end":0.2,"objective":"pred_noise","loss_type":"l2"},` +
		`"unet_dict":{"n_layers_pre":1,"n_layers_post":1,"ch_layers_pre":[1,2],"ch_layers_post":[2,1],"kernel_size":3,"mode":"1D"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		hostile.Withstands(t, false, func() error {
			_, err := parseParams(text)
			return err
		})
	})
}

// FuzzSafetensorsHeader goes past the length in front of the header.
func FuzzSafetensorsHeader(f *testing.F) {
	f.Add(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "1234")
	f.Add(`{"__metadata__":{"a":"b"},"a":{"dtype":"BF16","shape":[1,0],"data_offsets":[0,0]}}`, "")
	f.Fuzz(func(t *testing.T, header, data string) {
		file := safetensorsOf(header, data)
		hostile.Withstands(t, false, func() error {
			arrays, _, err := ReadSafetensors(bytes.NewReader(file), int64(len(file)))
			for _, a := range arrays {
				if err == nil && len(a.Float32()) != a.Len() {
					t.Errorf("%s: %d elements for shape %v", a.Name, len(a.Float32()), a.Shape)
				}
			}
			return err
		})
	})
}
