package train

import (
	"fmt"
	"slices"

	"github.com/condmean/condmean/model"
)

func zeros(name string, shape ...int) *model.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return &model.Tensor{Name: name, Shape: shape, Data: make([]float32, n)}
}

// zerosLike returns a state tensor for each parameter.
func zerosLike(params []*model.Tensor, suffix string) []model.Tensor {
	z := make([]model.Tensor, len(params))
	for i, p := range params {
		z[i] = *zeros(p.Name+suffix, p.Shape...)
	}
	return z
}

// loadTensors copies saved tensors into those of the same names, all or none.
func loadTensors(into, saved []model.Tensor) error {
	byName := make(map[string]model.Tensor, len(saved))
	for _, s := range saved {
		byName[s.Name] = s
	}
	if len(saved) != len(into) {
		return fmt.Errorf("%d tensors, want %d", len(saved), len(into))
	}
	for _, t := range into {
		if s, ok := byName[t.Name]; !ok || !slices.Equal(s.Shape, t.Shape) || len(s.Data) != len(t.Data) {
			return fmt.Errorf("tensor %s is missing or has another shape", t.Name)
		}
	}
	for _, t := range into {
		copy(t.Data, byName[t.Name].Data)
	}
	return nil
}
