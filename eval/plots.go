package eval

import (
	"fmt"

	"github.com/condmean/condmean/eval/chart"
)

// figure is one plot of a report.
type figure struct {
	File    string // name without extension
	Caption string
	chart   chart.Chart
}

// figures returns the plots that the results allow.
func (r *Report) figures() []figure {
	list := []figure{r.overSNR("nmse", "Normalised mean square error with 95 % intervals; baselines are dashed.", "NMSE / dB",
		func(row Row) (float64, float64, bool) { return row.NMSEdB, row.CI95dB, true })}
	if len(r.Rows) > 0 && r.Rows[0].GapdB != nil {
		f := r.overSNR("gap", "Gap to the exact conditional mean on the same noise, with 95 % intervals. 0 dB is optimal.", "gap / dB",
			func(row Row) (float64, float64, bool) {
				return *row.GapdB, *row.GapCI95, row.Method != "cme" && row.Method != "ls" && row.Method != "wiener"
			})
		f.chart.Zero = true
		list = append(list, f)
	}
	if r.Range > 0 {
		list = append(list, r.overSNR("psnr", "Peak signal-to-noise ratio.", "PSNR / dB",
			func(row Row) (float64, float64, bool) { return *row.PSNR, 0, true }))
	}
	if len(r.PerStep) > 0 {
		list = append(list, r.alongChains())
	}
	if len(r.Mismatch) > 0 {
		list = append(list, r.overOffsets())
	}
	if len(r.FewerSteps) > 0 {
		list = append(list, r.overSteps())
	}
	if len(r.Lipschitz) > 0 {
		list = append(list, r.overLevels())
	}
	return list
}

// overSNR draws a figure of every column; ok leaves columns out.
func (r *Report) overSNR(file, caption, y string, of func(Row) (v, ci float64, ok bool)) figure {
	f := figure{file, caption, chart.Chart{Title: r.Name, X: "SNR / dB", Y: y}}
	for k, name := range r.Columns {
		l := chart.Line{Name: name}
		for i := range r.SNRs {
			row := r.row(i, k)
			l.Dashed = row.Baseline
			if v, ci, ok := of(row); ok {
				l.X, l.Y, l.Error = append(l.X, row.SNR), append(l.Y, v), append(l.Error, ci)
			}
		}
		f.chart.Lines = append(f.chart.Lines, l)
	}
	return f
}

// alongChains draws the x0 estimates (solid) and the states (dashed).
func (r *Report) alongChains() figure {
	f := figure{"perstep", "Error along the chains, from the observation's level (left) to the clean one: of the state x_t (dashed) and of the estimate of x0 made from it (solid).",
		chart.Chart{Title: r.Name, X: "SNR of the level / dB", Y: "NMSE / dB"}}
	for _, c := range r.PerStep {
		name := fmt.Sprintf("%s, %s dB", c.Method, dB(c.SNR))
		estimate, state := chart.Line{Name: name, Plain: true}, chart.Line{Name: name, Plain: true, Dashed: true}
		for i, at := range c.LevelSNR {
			estimate.X, estimate.Y = append(estimate.X, at), append(estimate.Y, decibels(c.Estimate[i]))
			state.X, state.Y = append(state.X, at), append(state.Y, decibels(c.State[i]))
		}
		f.chart.Lines = append(f.chart.Lines, estimate, state)
	}
	return f
}

func (r *Report) overOffsets() figure {
	f := figure{"mismatch", "Loss of methods that are told a wrong SNR, to the same method told the true one.",
		chart.Chart{Title: r.Name, X: "SNR told minus true / dB", Y: "loss / dB", Zero: true}}
	lines := newLines()
	for _, p := range r.Mismatch {
		lines.add(fmt.Sprintf("%s, %s dB", p.Method, dB(p.SNR)), p.Offset, p.LossdB, p.LossCI)
	}
	f.chart.Lines = lines.list
	return f
}

func (r *Report) overSteps() figure {
	f := figure{"steps", "Loss of chains with fewer steps, to the chain over all levels. One step is the one-shot estimate.",
		chart.Chart{Title: r.Name, X: "network calls a sample", Y: "loss / dB", Zero: true}}
	lines := newLines()
	for _, p := range r.FewerSteps {
		lines.add(fmt.Sprintf("%s, %s dB", p.Method, dB(p.SNR)), float64(p.Calls), p.LossdB, 0)
	}
	f.chart.Lines = lines.list
	return f
}

func (r *Report) overLevels() figure {
	f := figure{"lipschitz", "Lipschitz constants of the chain's steps: the factor A of the hyper-parameters, what samples show, and the bound for log-concave priors.",
		chart.Chart{Title: r.Name, X: "SNR of the level / dB", Y: "factor of one step"}}
	lines := newLines()
	for _, l := range r.Lipschitz {
		lines.add("A", l.SNR, l.A, 0)
		lines.add("mean of samples", l.SNR, l.Mean, 0)
		lines.add("most of samples", l.SNR, l.Max, 0)
		lines.add("bound 1/√α", l.SNR, l.Bound, 0)
	}
	f.chart.Lines = lines.list
	return f
}

// lines collects points by the name of their line.
type lines struct {
	list []chart.Line
	at   map[string]int
}

func newLines() *lines { return &lines{at: map[string]int{}} }

func (l *lines) add(name string, x, y, ci float64) {
	i, ok := l.at[name]
	if !ok {
		i = len(l.list)
		l.at[name] = i
		l.list = append(l.list, chart.Line{Name: name})
	}
	line := &l.list[i]
	line.X, line.Y, line.Error = append(line.X, x), append(line.Y, y), append(line.Error, ci)
}
