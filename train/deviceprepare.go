package train

import (
	"context"
	"slices"

	"github.com/condmean/condmean/internal/rng"
	"github.com/condmean/condmean/lower"
)

// prepared is what a step brings along.
type prepared struct {
	step  int // 0: nothing
	from  batches
	in    example     // of all batches, one after the other
	draws [][]float32 // of step.draws, likewise
	feds  []fed
	err   error // why it could not be prepared
}

// prepare reads the batches of a step and makes their examples and random factors.
func (l *deviceLearner) prepare(ctx context.Context, p *prepared, step int, from batches) {
	p.step, p.from = step, from
	p.feds, p.err = l.feed(ctx, p, step, from)
}

func (l *deviceLearner) feed(ctx context.Context, p *prepared, step int, from batches) ([]fed, error) {
	batches := l.step.batches
	size := len(p.in.level) / batches
	var feds []fed
	for k := range batches {
		batch, err := from.Next(ctx)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		ctx = context.WithoutCancel(ctx)
		in := p.in.part(k*size, size)
		l.diffuser.fill(l.pool, in, batch.X, rng.TrainLevel, rng.TrainNoise, uint64(step), k*size)
		run := uint64((step-1)*batches + k + 1)
		for i, d := range l.step.draws {
			n := len(p.draws[i]) / batches
			lower.Draw(p.draws[i][k*n:][:n], d.of, l.seed, run)
		}
		feds = append(feds, fed{in, run, slices.Clone(batch.IDs), batch.Next})
	}
	return feds, nil
}
