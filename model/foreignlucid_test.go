package model_test

import (
	"strings"

	"github.com/condmean/condmean/configs"
)

// lucidGradients returns gradients under the names of a file of
// denoising-diffusion-pytorch.
func (f *foreignNet) lucidGradients(byName map[string][]float32) map[string][]float32 {
	joinVariance(byName, "final_conv", configs.LucidrainsVariance)
	if !f.opened.Origin.Lucidrains.Wrapped {
		return byName
	}
	out := map[string][]float32{}
	for name, g := range byName {
		out[lucidWrapped(name)] = g
	}
	return out
}

// lucidWrapped is a tensor's name before version 1.8.
func lucidWrapped(name string) string {
	if !strings.HasPrefix(name, "mid_attn.") && !strings.Contains(name, ".2.") {
		return name
	}
	for _, part := range []string{".to_qkv.", ".to_out."} {
		name = strings.Replace(name, part, ".fn.fn"+part, 1)
	}
	if !strings.Contains(name, ".fn.fn.") {
		name = strings.Replace(name, ".norm.", ".fn.norm.", 1)
	}
	return name
}
