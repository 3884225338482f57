package train

import (
	"math"

	"github.com/condmean/condmean/model"
)

// gradNorm returns the Euclidean norm of all gradients together, in float64,
// where the squares of float32 cannot overflow: it is finite if and only if all
// gradients are.
func (c *chunks) gradNorm(grads []*model.Tensor) float64 {
	return math.Sqrt(c.sum(func(i, lo, hi int) float64 {
		// Four sums, so that additions need not wait for each other.
		var s [4]float64
		g := grads[i].Data[lo:hi]
		for len(g) >= 4 {
			a, b, c, d := float64(g[0]), float64(g[1]), float64(g[2]), float64(g[3])
			s[0] += a * a
			s[1] += b * b
			s[2] += c * c
			s[3] += d * d
			g = g[4:]
		}
		for _, v := range g {
			s[0] += float64(v) * float64(v)
		}
		return (s[0] + s[1]) + (s[2] + s[3])
	}))
}

// clipScale returns the factor that brings a gradient of the given norm to at
// most limit, as torch.nn.utils.clip_grad_norm_ does; limit 0 means no clipping.
func clipScale(norm, limit float64) float64 {
	if limit <= 0 {
		return 1
	}
	return min(1, limit/(norm+1e-6))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
