package weights

import (
	"encoding/json"
	"fmt"

	"github.com/condmean/condmean/configs"
)

// AuthorsExport is what a run folder or file of the paper's published code tells
// of a network.
type AuthorsExport struct {
	Shape     []int            // of one sample
	Complex   bool             // ε has variance 1/2 a real value, as in Authors
	Schedule  configs.Schedule // kind and steps; Beta holds the values
	Beta      []float64
	Network   map[string]any // settings of the network, "unet_dict"
	Objective configs.Objective
	Weights   []Array // network, in the order of its state dict
	Epoch     int
}

// Params returns sim_params.json. It fails for settings that the published code
// does not know.
func (e *AuthorsExport) Params() ([]byte, error) {
	schedule, ok := keyOf(authorsSchedules, e.Schedule.Kind)
	if !ok {
		return nil, fmt.Errorf("schedule.kind %s is not known to the published code", e.Schedule.Kind)
	}
	target, ok := keyOf(authorsTargets, e.Objective.Target)
	if !ok {
		return nil, fmt.Errorf("objective.target %s is not known to the published code", e.Objective.Target)
	}
	mode := fmt.Sprintf("%dD", len(e.Shape)-1)
	loss := map[bool]string{false: "l2", true: "l1"}[e.Objective.Loss == "l1"]
	type object = map[string]any
	return json.MarshalIndent(object{
		"data_dict": object{"mode": mode, "data_shape": e.Shape, "complex_data": e.Complex},
		"diff_model_dict": object{"data_shape": e.Shape, "complex_data": e.Complex, "loss_type": loss, "which_schedule": schedule,
			"num_timesteps": len(e.Beta), "beta_start": e.Beta[0], "beta_end": e.Beta[len(e.Beta)-1], "objective": target,
			"loss_weighting": e.Objective.Weighting == "paper", "clipping": false, "reverse_method": "reverse_mean", "reverse_add_random": false},
		"unet_dict": e.Network,
	}, "", " ")
}

// Torch returns the content of a .pt file in the layout of the published code:
// the schedule's tables and, under "model.", the network.
func (e *AuthorsExport) Torch() TorchDict {
	n := len(e.Beta)
	alphas, products := make([]float64, n), make([]float64, n)
	product := 1.0
	for i, b := range e.Beta {
		alphas[i] = 1 - b
		product *= alphas[i]
		products[i] = product
	}
	var model TorchDict
	for _, table := range []struct {
		name   string
		values []float64
	}{{"betas", e.Beta}, {"alphas", alphas}, {"alphas_cumprod", products}} {
		single := FromFloat64(table.name, []int{n}, table.values).Float32()
		model = append(model, TorchItem{table.name, FromFloat32(table.name, []int{n}, single)})
	}
	for _, a := range e.Weights {
		model = append(model, TorchItem{"model." + a.Name, a})
	}
	return TorchDict{{"model", model}, {"epoch", e.Epoch}, {"mode", fmt.Sprintf("%dD", len(e.Shape)-1)}, {"checkpoint", e.Epoch}}
}

// keyOf returns the key of a value.
func keyOf(m map[string]string, value string) (string, bool) {
	for k, v := range m {
		if v == value {
			return k, true
		}
	}
	return "", false
}
