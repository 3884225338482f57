package weights

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// cnnParams describe the sibling paper's lightweight CNN.
type cnnParams struct {
	PreLayers  int             `json:"n_layers_pre"`
	PostLayers int             `json:"n_layers_post"`
	Pre        []int           `json:"ch_layers_pre"`  // in front of the first convolution, and after each
	Post       []int           `json:"ch_layers_post"` // likewise
	TimeLayers int             `json:"n_layers_time"`
	Embedding  int             `json:"ch_init_time"`
	Kernel     json.RawMessage `json:"kernel_size"` // a number, or one for each dimension
	Mode       string          `json:"mode"`
	BatchNorm  bool            `json:"batch_norm"`
	Downsample int             `json:"downsamp_fac"`
	Stride     int             `json:"stride"`
	Padding    string          `json:"padding_mode"`
}

// maxLayers bounds the layers on one side of the CNN.
const maxLayers = 64

// configureCNN translates the settings of the lightweight CNN.
func (a *Authors) configureCNN(p *simParams) error {
	c := cnnParams{Downsample: 1, Stride: 1, Padding: "zeros"}
	if err := json.Unmarshal(p.Network, &c); err != nil {
		return fmt.Errorf("unet_dict: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	channels, dims := a.Shape[0], len(a.Shape)-1
	for _, l := range []struct {
		name, count string
		channels    []int
		layers      int
	}{{"ch_layers_pre", "n_layers_pre", c.Pre, c.PreLayers}, {"ch_layers_post", "n_layers_post", c.Post, c.PostLayers}} {
		if l.layers < 1 || l.layers > maxLayers || len(l.channels) != l.layers+1 || slices.Min(l.channels) < 1 {
			return fmt.Errorf("unet_dict.%s: %d entries do not give the channels of the %d layers of %s (1 to %d of them)", l.name, len(l.channels), l.layers, l.count, maxLayers)
		}
	}
	switch {
	case c.Pre[0] != channels || c.Post[c.PostLayers] != channels:
		return fmt.Errorf("unet_dict: ch_layers_pre %v and ch_layers_post %v do not begin and end with the data's %d channels", c.Pre, c.Post, channels)
	case c.Post[0] != c.Pre[c.PreLayers]:
		return fmt.Errorf("unet_dict: ch_layers_post %v does not begin where ch_layers_pre %v ends", c.Post, c.Pre)
	case !threeTaps(c.Kernel, dims):
		return fmt.Errorf("unet_dict.kernel_size: %s is not supported, only 3", foreign.Name(string(c.Kernel)))
	case c.Mode != fmt.Sprintf("%dD", dims):
		return fmt.Errorf("unet_dict.mode: %s does not fit the data shape %v", foreign.Quote(c.Mode), a.Shape)
	case c.BatchNorm && dims == 2: // the published code ignores it in 1-D
		return fmt.Errorf("unet_dict.batch_norm: the CNN with batch norm is not supported")
	case c.Downsample != 1 || c.Stride != 1 || c.Padding != "zeros":
		return fmt.Errorf("unet_dict: downsamp_fac %d, stride %d, padding_mode %s are not supported, only 1, 1 and zeros", c.Downsample, c.Stride, foreign.Quote(c.Padding))
	}
	a.Model = configs.Model{Kind: "cnn", CNN: configs.CNN{
		Pre: c.Pre[1:], Post: c.Post[1:c.PostLayers], TimeLayers: c.TimeLayers, Embedding: c.Embedding}}
	return nil
}

// threeTaps reports whether a kernel size is 3, or a list of as many.
func threeTaps(kernel json.RawMessage, dims int) bool {
	one, many := 0, []int(nil)
	if json.Unmarshal(kernel, &one) == nil {
		return one == 3
	}
	return json.Unmarshal(kernel, &many) == nil && (len(many) == dims || len(many) == 1) &&
		!slices.ContainsFunc(many, func(k int) bool { return k != 3 })
}
