package train

import "context"

// observe validates and writes a line of metrics where they are due.
func (r *run) observe(ctx context.Context, lr float64) error {
	validates := r.due(r.pace.valEvery) || r.last()
	if !validates && !r.due(r.cfg.Train.LogEvery) {
		return nil
	}
	if r.leads() {
		if err := r.keepFolder(); err != nil {
			return err
		}
	}
	loss, norm, err := r.learner.Measure()
	if err != nil {
		return err
	}
	r.clock.tick()
	line, waited := r.clock.line, r.loader.Waited()
	took := max(r.clock.seconds-line.seconds, 1e-9)
	m := Metrics{
		Step: r.at.Step, Epoch: float64(r.at.Step) / float64(r.pace.perEpoch), Loss: loss, LR: lr, GradNorm: norm,
		Rate: float64(r.at.Step-line.step) / took, DataWait: (waited - line.waited).Seconds() / took, Seconds: r.clock.seconds,
	}
	if validates {
		if err := r.validate(ctx, &m); err != nil {
			return err
		}
		r.clock.tick()
	}
	r.clock.mark(r.at.Step, waited)
	r.progress.report(m)
	if !r.leads() {
		return nil
	}
	return r.folder.metrics.write(m)
}

// validate computes the validation losses and notes a new best, which is judged
// by the averaged weights where there are any.
func (r *run) validate(ctx context.Context, m *Metrics) error {
	ctx = context.WithoutCancel(ctx) // a signal lets the step finish first
	present, averaged, err := r.learner.Networks()
	if err != nil {
		return err
	}
	if err := sameWeights(r.group, present); err != nil {
		return err
	}
	l, err := r.validator.loss(ctx, present)
	if err != nil {
		return err
	}
	m.Val = r.finiteScore(l.mean)
	judged, score := present, m.Val
	if averaged != nil {
		if l, err = r.validator.loss(ctx, averaged); err != nil {
			return err
		}
		m.ValEMA = r.finiteScore(l.mean)
		judged, score = averaged, m.ValEMA
	}
	m.ValBySNR = l.bySNR
	if score != nil && (r.at.BestStep == 0 || *score < r.at.Best) {
		r.at.Best, r.at.BestStep = *score, r.at.Step
	}
	if !r.leads() {
		return nil
	}
	seen, err := lookAt(ctx, judged, r.cfg, r.set)
	if err != nil {
		return err
	}
	m.NMSE = seen.nmse
	return r.folder.show(r.at.Step, seen)
}

// finiteScore returns nil for a validation loss that is not finite.
func (r *run) finiteScore(loss float64) *float64 {
	if finite(loss) {
		return &loss
	}
	r.log.Warn("the validation loss is not finite", "step", r.at.Step)
	return nil
}
