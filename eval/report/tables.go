package report

import (
	"fmt"
	"strconv"

	"github.com/condmean/condmean/internal/decibel"
)

// tables shows the studies as text.
func (r *Report) tables() []table {
	var list []table
	if len(r.PerStep) > 0 {
		list = append(list, r.perStepTable())
	}
	if len(r.Mismatch) > 0 {
		t := newPivot(table{Title: "SNR mismatch", Text: "What a method loses, in dB, if it is told an SNR that is off by so much (told − true, in dB), to the same method told the true one, ± half the 95 % interval of the paired errors. A star marks SNRs outside of the schedule."})
		for _, p := range r.Mismatch {
			cell := fixed(p.LossdB) + " ±" + fixed(p.LossCI)
			if p.Offset == 0 {
				cell = "0"
			}
			if p.Clamped {
				cell += " *"
			}
			t.add(number(p.SNR), p.Method, number(p.Offset), cell)
		}
		list = append(list, t.table)
	}
	if len(r.FewerSteps) > 0 {
		t := newPivot(table{Title: "Fewer steps", Text: "Chains from the matched level over some of the levels, spread evenly: NMSE and, in brackets, loss to the chain over all levels, both in dB, by the number of network calls. One step is the one-shot estimate. Where a chain has no more steps than that, nothing changes."})
		for _, p := range r.FewerSteps {
			t.add(number(p.SNR), p.Method, strconv.Itoa(p.Steps), fmt.Sprintf("%s (%s)", fixed(p.NMSEdB), fixed(p.LossdB)))
		}
		list = append(list, t.table)
	}
	if len(r.Blind) > 0 {
		p := r.Blind[0]
		t := table{Title: "Unknown SNR", Text: fmt.Sprintf("The SNR of %d groups of %d samples each, estimated from the group alone, and what a chain loses that is told the estimate.", p.Groups, p.Group),
			Head: []string{"SNR / dB", "estimator", "mean / dB", "bias / dB", "rms error / dB", "loss / dB"}}
		for _, p := range r.Blind {
			t.Rows = append(t.Rows, []string{number(p.SNR), p.Estimator, fixed(p.Mean), fixed(p.Bias), fixed(p.RMS), fixed(p.LossdB)})
		}
		list = append(list, t)
	}
	if len(r.Lipschitz) > 0 {
		list = append(list, r.lipschitzTable())
	}
	return list
}

func (r *Report) perStepTable() table {
	t := table{Title: "Along the chains", Text: "The first and the last estimate of x0 of each chain, and the least error on the way.",
		Head: []string{"SNR / dB", "method", "steps", "first / dB", "least / dB", "at level", "result / dB"}}
	for _, c := range r.PerStep {
		best, last := 0, len(c.Estimate)-1
		for i, v := range c.Estimate {
			if v < c.Estimate[best] {
				best = i
			}
		}
		level := "clean"
		if c.Level[best] >= 0 {
			level = strconv.FormatFloat(c.Level[best], 'g', 5, 64)
		}
		t.Rows = append(t.Rows, []string{number(c.SNR), c.Method, strconv.Itoa(last), inDB(c.Estimate[0]), inDB(c.Estimate[best]),
			level, inDB(c.Estimate[last])})
	}
	return t
}

func (r *Report) lipschitzTable() table {
	t := table{Title: "Lipschitz constants", Text: "How far one step of the chain mean takes apart what is near: the factor A = √α(1−ᾱ₋₁)/(1−ᾱ) of the hyper-parameters, lower bounds of the Jacobian's norm at noisy samples, and the bound 1/√α that holds for log-concave priors. ∏A is over all steps from that level on but the last, whose A is 0.",
		Head: []string{"level", "SNR / dB", "A", "mean", "most", "1/√α", "∏A"}}
	for _, l := range r.Lipschitz {
		t.Rows = append(t.Rows, []string{strconv.Itoa(l.Level), fixed(Float(l.SNR)), fmt.Sprintf("%.4f", l.A), cell("%.4f", l.Mean), cell("%.4f", l.Max),
			fmt.Sprintf("%.4f", l.Bound), fmt.Sprintf("%.3g", l.Product)})
	}
	return t
}

// inDB formats a ratio in decibels.
func inDB(ratio Float) string { return fixed(Float(decibel.Of(float64(ratio)))) }

// pivot is a table with a row for each SNR and method and a column for each value
// of a third quantity, filled in their order.
type pivot struct{ table }

func newPivot(t table) *pivot {
	t.Head = []string{"SNR / dB", "method"}
	return &pivot{t}
}

func (p *pivot) add(snr, method, column, cell string) {
	if n := len(p.Rows); n == 0 || p.Rows[n-1][0] != snr || p.Rows[n-1][1] != method {
		p.Rows = append(p.Rows, []string{snr, method})
	}
	row := &p.Rows[len(p.Rows)-1]
	if *row = append(*row, cell); len(*row) > len(p.Head) {
		p.Head = append(p.Head, column)
	}
}
