package model_test

import (
	"math"
	"strings"
	"testing"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
)

// lucidGradients returns gradients under the names of a file of
// denoising-diffusion-pytorch: where its library standardises weights, by what it
// standardises.
func (f *foreignNet) lucidGradients(t *testing.T, byName map[string][]float32) map[string][]float32 {
	t.Helper()
	joinVariance(byName, "final_conv", configs.LucidrainsVariance)
	about := f.opened.Origin.Lucidrains
	if about.Standard == 0 && !about.Wrapped {
		return byName
	}
	file, err := weights.ReadFile(f.opened.From)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float32{}
	for name, g := range byName {
		if strings.HasSuffix(name, ".proj.weight") && about.Standard != 0 {
			a, ok := weights.Find(file.Arrays, "ema.ema_model.model."+name)
			if !ok { // without a trainer around it
				if a, ok = weights.Find(file.Arrays, "model."+name); !ok {
					t.Fatalf("no %s", name)
				}
			}
			g = throughStandardisation(g, a.Float32(), a.Shape[0])
		}
		out[lucidWrapped(name)] = g
	}
	return out
}

// throughStandardisation takes the gradient g by ŵ = (w-m)/√(v+ε) of each channel to
// that by w.
func throughStandardisation(g, w []float32, channels int) []float32 {
	out, n := make([]float32, len(g)), len(g)/channels
	for c := range channels {
		w, g, out := w[c*n:][:n], g[c*n:][:n], out[c*n:][:n]
		mean, square, gMean, gw := 0.0, 0.0, 0.0, 0.0
		for i, v := range w {
			mean += float64(v) / float64(n)
			gMean += float64(g[i]) / float64(n)
		}
		for i, v := range w {
			d := float64(v) - mean
			square += d * d / float64(n)
			gw += float64(g[i]) * d / float64(n)
		}
		s := math.Sqrt(square + 1e-5)
		for i, v := range w {
			out[i] = float32((float64(g[i]) - gMean - (float64(v)-mean)*gw/(s*s)) / s)
		}
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
