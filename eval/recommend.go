package eval

import (
	"context"
	"errors"
	"math"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/progress"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// Bounds of what Recommend compares.
const (
	// comparedShare of the work of the training is what a comparison may take. A
	// step's forward and backward pass are worth three predictions of its samples.
	comparedShare = 0.05
	// Samples: fewer than the least tell too little, more than the most are not
	// needed for a choice.
	comparedLeast, comparedMost = 16, 256
	// asGood is what oneshot may miss, in dB: it makes one network call where the
	// chain makes one a level.
	asGood = 0.05
)

// Recommend compares the methods mean and oneshot with a checkpoint on its own
// validation split, at the SNRs and in the manner of its evaluation. It takes up to
// 256 samples, and of those no more than cost a twentieth of the training of so many
// steps; where that is less than 16, the methods are not compared and it returns nil.
//
// The lower NMSE in dB, averaged over the SNRs, wins; oneshot does as well where it
// is higher by less than 0.05 dB.
func Recommend(ctx context.Context, o Options, steps int) (best *checkpoint.Recommendation, err error) {
	rt, err := op.NewRuntime(dist.Threads(o.Threads))
	if err != nil {
		return nil, configs.Usagef("%w", err)
	}
	defer rt.Close()
	if o.Group != nil {
		rt.Join(o.Group)
	}
	tasks := progress.NewTasks(o.Err)
	defer tasks.Close()
	from := source{rt, tasks.Show}
	d, c, err := o.load(ctx, from)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	r := &Request{Denoiser: d, pool: rt.Pool(), group: rt.Group(), task: "compare methods"}
	// The noise is not that of the test split.
	if err := r.Settings(configs.Eval{SNR: c.Eval.SNR, Match: c.Eval.Match, Start: c.Eval.Start}, ^c.Seed); err != nil {
		return nil, err
	}
	r.Methods = []sched.Method{sched.MethodMean, sched.MethodOneShot}
	set, err := from.open(ctx, c)
	if err != nil {
		return nil, err
	}
	n := r.compared(set.Val, c.Train, steps)
	if n < comparedLeast {
		return nil, nil
	}
	r.Test = make([]float64, n*set.Dim())
	if err := set.ReadAt(r.Test, set.Val, data.Spread(set.Val, n)); err != nil {
		return nil, err
	}
	tasks.Close()
	rep, err := r.evaluate(ctx, nil, o.Err)
	if err != nil {
		return nil, err
	}
	return recommendation(rep, c.Eval.SNR), nil
}

// compared returns how many samples of a split are compared after so many steps.
func (r *Request) compared(split data.Source, c configs.Train, steps int) int {
	calls := 0
	for _, db := range r.SNRs {
		for _, m := range r.Methods {
			calls += r.calls(m, db)
		}
	}
	training := 3 * float64(c.Batch) * float64(max(c.Accumulate, 1)) * float64(steps)
	return min(int(comparedShare*training/float64(calls)), split.Len(), comparedMost)
}

// recommendation reads a report of the methods mean and oneshot; nil where there is
// nothing to choose by.
func recommendation(rep *report.Report, snr string) *checkpoint.Recommendation {
	above := 0.0 // NMSE of mean over that of oneshot, in dB
	for i := 0; i < len(rep.Rows); i += 2 {
		above += float64(rep.Rows[i].NMSEdB-rep.Rows[i+1].NMSEdB) / float64(len(rep.SNRs))
	}
	if math.IsNaN(above) || math.IsInf(above, 0) {
		return nil
	}
	best := &checkpoint.Recommendation{Method: "oneshot", Other: "mean", Gain: above, SNR: snr, Samples: rep.Samples}
	if above < -asGood {
		best.Method, best.Other, best.Gain = "mean", "oneshot", -above
	}
	return best
}
