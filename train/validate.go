package train

import (
	"context"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/model"
)

// validator computes the loss on the validation split with noise and levels
// that are the same at every call, in bounded batches.
type validator struct {
	set     *data.Set
	d       *diffuser
	l1      bool
	pool    *par.Pool
	batch   int
	x0, out []float32
	e       example
}

func newValidator(set *data.Set, d *diffuser, loss string, pool *par.Pool, batch int) *validator {
	n, dim := min(batch, set.Val.Len()), set.Dim()
	return &validator{set: set, d: d, l1: loss == "l1", pool: pool, batch: n,
		x0: make([]float32, n*dim), out: make([]float32, n*dim),
		e: example{x: make([]float32, n*dim), target: make([]float32, n*dim), level: make([]float32, n), weight: make([]float32, n)}}
}

// loss returns the weighted mean loss of the network in inference mode.
func (v *validator) loss(ctx context.Context, u *model.UNet) (float64, error) {
	dim, sum, n := v.set.Dim(), 0.0, v.set.Val.Len()
	for first := 0; first < n; first += v.batch {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		b := min(v.batch, n-first)
		x0 := v.x0[:b*dim]
		for i := range b {
			x := x0[i*dim:][:dim]
			if err := v.set.Val.Read(x, first+i); err != nil {
				return 0, err
			}
			v.set.Norm.Apply(x)
		}
		e := example{x: v.e.x[:b*dim], target: v.e.target[:b*dim], level: v.e.level[:b], weight: v.e.weight[:b]}
		v.d.fill(v.pool, e, x0, rng.ValLevel, rng.ValNoise, 0, first)
		if err := u.Predict(v.out[:b*dim], e.x, e.level); err != nil {
			return 0, err
		}
		for i := range b {
			s := 0.0
			for k, y := range e.target[i*dim:][:dim] {
				d := float64(v.out[i*dim+k]) - float64(y)
				if v.l1 {
					s += max(d, -d)
				} else {
					s += d * d
				}
			}
			sum += float64(e.weight[i]) * s
		}
	}
	return sum / float64(n*dim), nil
}
