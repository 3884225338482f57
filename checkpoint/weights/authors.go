package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/regular"
)

// Authors is a run folder in the layout of the paper's published code:
// sim_params.json with all settings, and train_models/model-N.pt.
type Authors struct {
	File      string           // the .pt file the weights come from
	Shape     []int            // of one sample: channels, then one or two dimensions
	Complex   bool             // real and imaginary parts are channels, and ε has variance 1/2 a real value
	Schedule  configs.Schedule // β schedule
	Model     configs.Model    // network; Kind says which
	Objective configs.Objective

	Weights []Array        // network, without the prefix "model."
	Buffers []Array        // the schedule's tables: betas, alphas_cumprod, …
	Scalars map[string]any // epoch, val_loss and other bookkeeping

	// Network is the whole description of the network in sim_params.json,
	// for kinds that configs.Model does not describe.
	Network json.RawMessage
}

const (
	authorsParams = "sim_params.json"
	authorsModels = "train_models"

	maxParamsBytes = 4 << 20
)

// IsAuthors reports whether dir looks like such a run folder.
func IsAuthors(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, authorsParams))
	return err == nil && info.Mode().IsRegular()
}

// simParams is the part of sim_params.json that matters here.
type simParams struct {
	Diffusion struct {
		Shape     []int    `json:"data_shape"`
		Complex   *bool    `json:"complex_data"`
		Loss      string   `json:"loss_type"`
		Schedule  string   `json:"which_schedule"`
		Steps     int      `json:"num_timesteps"`
		BetaStart *float64 `json:"beta_start"`
		BetaEnd   *float64 `json:"beta_end"`
		Objective string   `json:"objective"`
		Weighting bool     `json:"loss_weighting"`
	} `json:"diff_model_dict"`
	Network json.RawMessage `json:"unet_dict"`
}

type unetParams struct {
	Channels    int     `json:"ch_init"`
	In          int     `json:"ch_data"`
	Out         int     `json:"ch_out"`
	Kernel      int     `json:"kernel_size"`
	Mode        string  `json:"mode"`
	Multipliers []int   `json:"ch_multipliers"`
	Blocks      int     `json:"num_res_blocks"`
	Dropout     float64 `json:"dropout"`
	Norm        string  `json:"norm_type"`
}

var authorsSchedules = map[string]string{
	"linear": "linear", "quad": "quadratic", "sqrt": "sqrt", "const": "constant",
	"recip": "reciprocal", "log": "log", "exp": "exp",
}

var authorsTargets = map[string]string{"pred_noise": "epsilon", "pred_x_0": "x0", "pred_post_mean": "mean"}

// ReadAuthors reads such a run folder. If it holds several .pt files the one
// with the lowest validation loss recorded in it is taken, as the authors'
// default of keeping the best one does; if one of them records none, the one
// with the highest number.
func ReadAuthors(dir string) (*Authors, error) {
	name := filepath.Join(dir, authorsParams)
	b, err := regular.ReadFile(name, maxParamsBytes)
	if err != nil {
		return nil, err
	}
	a, err := parseParams(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if a.File, err = chooseModel(filepath.Join(dir, authorsModels)); err != nil {
		return nil, err
	}
	t, err := ReadTorchFile(a.File)
	if err != nil {
		return nil, err
	}
	for _, u := range t.Unread {
		if strings.HasPrefix(u.Name, "model.") {
			return nil, fmt.Errorf("%s: %w", a.File, u)
		}
	}
	a.Scalars = t.Scalars
	for _, x := range t.Arrays {
		// "model" is the diffusion model's state dict: the network under
		// "model.", the tables beside it. The rest is optimizer state.
		rest, ok := strings.CutPrefix(x.Name, "model.")
		if !ok {
			continue
		}
		if network, ok := strings.CutPrefix(rest, "model."); ok {
			x.Name = network
			a.Weights = append(a.Weights, x)
		} else {
			x.Name = rest
			a.Buffers = append(a.Buffers, x)
		}
	}
	if len(a.Weights) == 0 {
		return nil, fmt.Errorf("%s: no tensor under model.model.*; not a checkpoint of the published code", a.File)
	}
	return a, nil
}

// parseParams reads sim_params.json.
func parseParams(text []byte) (*Authors, error) {
	var p simParams
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, errors.New(foreign.Line(err.Error(), foreign.Limit))
	}
	a := &Authors{Shape: p.Diffusion.Shape, Network: p.Network}
	return a, a.configure(&p)
}

// configure translates the settings.
func (a *Authors) configure(p *simParams) error {
	d := p.Diffusion
	kind, ok := authorsSchedules[d.Schedule]
	if !ok {
		return fmt.Errorf("diff_model_dict.which_schedule: %s is not known", foreign.Quote(d.Schedule))
	}
	if d.Steps < 1 || d.BetaStart == nil || d.BetaEnd == nil {
		return errors.New("diff_model_dict: num_timesteps, beta_start and beta_end are needed")
	}
	if err := configs.CheckSample(d.Shape); err != nil {
		return fmt.Errorf("diff_model_dict.data_shape: %w", err)
	}
	// The published code takes data for complex unless told otherwise.
	a.Complex = d.Complex == nil || *d.Complex
	if a.Complex && d.Shape[0]%2 != 0 {
		return fmt.Errorf("diff_model_dict.complex_data: true, as it is by default, but data_shape %v has an odd number of channels, which are no real and imaginary parts", d.Shape)
	}
	a.Schedule = configs.Schedule{Kind: kind, Steps: d.Steps, BetaStart: *d.BetaStart, BetaEnd: *d.BetaEnd}

	losses := map[string]string{"l2": "mse", "l1": "l1"}
	weightings := map[bool]string{false: "none", true: "paper"}
	a.Objective = configs.Objective{Target: authorsTargets[d.Objective], Loss: losses[d.Loss], Weighting: weightings[d.Weighting]}
	if a.Objective.Target == "" || a.Objective.Loss == "" {
		return fmt.Errorf("diff_model_dict: objective %s with loss %s is not known", foreign.Quote(d.Objective), foreign.Quote(d.Loss))
	}

	// The sibling paper's CNN is described under the same key.
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(p.Network, &keys); err != nil {
		return fmt.Errorf("unet_dict: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	if _, ok := keys["n_layers_pre"]; ok {
		return a.configureCNN(p)
	}
	var u unetParams
	if err := json.Unmarshal(p.Network, &u); err != nil {
		return fmt.Errorf("unet_dict: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	switch {
	case u.In != d.Shape[0] || u.Out != d.Shape[0]:
		return fmt.Errorf("unet_dict: ch_data %d and ch_out %d differ from the data's %d channels", u.In, u.Out, d.Shape[0])
	case u.Kernel != 3:
		return fmt.Errorf("unet_dict.kernel_size: %d is not supported, only 3", u.Kernel)
	case u.Mode != fmt.Sprintf("%dD", len(d.Shape)-1):
		return fmt.Errorf("unet_dict.mode: %s does not fit the data shape %v", foreign.Quote(u.Mode), d.Shape)
	}
	a.Model = configs.Model{
		Kind: "unet", Channels: u.Channels, Multipliers: u.Multipliers, Blocks: u.Blocks,
		Norm: u.Norm, Dropout: u.Dropout,
	}
	return nil
}

var modelNumber = regexp.MustCompile(`^model-(\d+)\.pt$`)

// chooseModel applies the rule that ReadAuthors documents.
func chooseModel(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	type candidate struct {
		path   string
		number int
		loss   float64
	}
	var all []candidate
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".pt") || e.IsDir() {
			continue
		}
		c := candidate{path: filepath.Join(dir, e.Name()), number: -1}
		if m := modelNumber.FindStringSubmatch(e.Name()); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				c.number = n
			}
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return "", fmt.Errorf("%s holds no .pt file", dir)
	}
	if len(all) == 1 {
		return all[0].path, nil
	}
	losses := true
	for i := range all {
		if all[i].loss, err = recordedLoss(all[i].path); err != nil {
			return "", err
		}
		losses = losses && !math.IsNaN(all[i].loss)
	}
	best := slices.MinFunc(all, func(x, y candidate) int {
		if losses && x.loss != y.loss {
			if x.loss < y.loss {
				return -1
			}
			return 1
		}
		return y.number - x.number
	})
	return best.path, nil
}

// recordedLoss reads val_loss alone, NaN if there is none.
func recordedLoss(name string) (loss float64, err error) {
	err = withFile(name, func(r io.ReaderAt, size int64) error {
		t, err := openTorch(r, size)
		if err != nil {
			return err
		}
		v, ok := t.leaves.scalars["val_loss"].(float64)
		if !ok {
			v = math.NaN()
		}
		loss = v
		return nil
	})
	return loss, err
}
