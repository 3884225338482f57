package weights

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// publishedCNN is the description of the network in a published run folder.
const publishedCNN = `{"data_shape": [2, 64, 16], "n_layers_pre": 2, "n_layers_post": 3, "ch_layers_pre": [2, 32, 64],
	"ch_layers_post": [64, 43, 22, 2], "n_layers_time": 1, "ch_init_time": 16, "kernel_size": [3, 3], "mode": "2D",
	"batch_norm": false, "downsamp_fac": 1, "device": "cuda:0"}`

func TestAuthorsCNN(t *testing.T) {
	configure := func(network string) (*Authors, error) {
		a := &Authors{Shape: []int{2, 64, 16}}
		return a, a.configureCNN(&simParams{Network: json.RawMessage(network)})
	}
	a, err := configure(publishedCNN)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%s %+v", a.Model.Kind, a.Model.CNN), "cnn {Pre:[32 64] Post:[43 22] TimeLayers:1 Embedding:16}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for key, change := range map[string][2]string{
		"ch_layers_pre":  {"[2, 32, 64]", "[2, 32]"},
		"ch_layers_post": {"[64, 43, 22, 2]", "[32, 43, 22, 2]"},
		"channels":       {"22, 2]", "22, 3]"},
		"kernel_size":    {"[3, 3]", "[3, 5]"},
		"mode":           {"2D", "1D"},
		"batch_norm":     {"false", "true"},
		"downsamp_fac":   {`"downsamp_fac": 1`, `"downsamp_fac": 2`},
		"unet_dict":      {`"n_layers_pre": 2`, `"n_layers_pre": "two"`},
	} {
		network := strings.Replace(publishedCNN, change[0], change[1], 1)
		if _, err := configure(network); network == publishedCNN || err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v: %v", change, err)
		}
	}
}
