package report

import (
	"slices"
	"strings"

	"github.com/condmean/condmean/eval/chart"
	"github.com/condmean/condmean/internal/decibel"
)

// figure is one plot of a report.
type figure struct {
	File    string // name without extension
	Caption string
	chart   chart.Chart
}

// fileName makes a method's name fit for a file.
func fileName(s string) string { return strings.ReplaceAll(s, ":", "-") }

// figures returns the plots that the results allow.
func (r *Report) figures() []figure {
	list := []figure{r.overSNR("nmse", "Normalised mean square error with 95 % intervals; baselines are dashed.", "NMSE / dB",
		func(row Row) (float64, float64, bool) { return float64(row.NMSEdB), float64(row.CI95dB), true })}
	if len(r.Rows) > 0 && r.Rows[0].GapdB != nil {
		f := r.overSNR("gap", "Gap to the exact conditional mean on the same noise, with 95 % intervals. 0 dB is optimal. The table has those of ls, wiener and resample, which are large.", "gap / dB",
			func(row Row) (float64, float64, bool) {
				return row.GapdB.of(), row.GapCI95.of(), !slices.Contains([]string{"cme", "ls", "wiener", "resample"}, row.Method)
			})
		f.chart.Zero = true
		list = append(list, f)
	}
	if r.Range > 0 {
		list = append(list, r.overSNR("psnr", "Peak signal-to-noise ratio.", "PSNR / dB",
			func(row Row) (float64, float64, bool) { return row.PSNR.of(), 0, true }))
	}
	for _, m := range methods(r.PerStep, func(c Curve) string { return c.Method }) {
		list = append(list, r.alongChains(m))
	}
	for _, m := range methods(r.Mismatch, func(p MismatchPoint) string { return p.Method }) {
		list = append(list, r.overOffsets(m))
	}
	for _, m := range methods(r.FewerSteps, func(p StepsPoint) string { return p.Method }) {
		list = append(list, r.overSteps(m))
	}
	if len(r.Lipschitz) > 0 {
		list = append(list, r.overLevels())
	}
	return list
}

// overSNR draws a figure of every column; ok leaves columns out.
func (r *Report) overSNR(file, caption, y string, of func(Row) (v, ci float64, ok bool)) figure {
	f := figure{file, caption, chart.Chart{Title: r.Name, X: "SNR / dB", Y: y}}
	styles := stylesOf(r.Columns)
	for k, name := range r.Columns {
		l := chart.Line{Name: name, Style: styles[k]}
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

// curvesMost is how many SNRs a study's figure shows; eval.json has all.
const curvesMost = 7

// curveSNRs returns some of the SNRs, spread evenly.
func (r *Report) curveSNRs() []float64 {
	n := min(len(r.SNRs), curvesMost)
	list := make([]float64, n)
	for k := range list {
		list[k] = r.SNRs[k*(len(r.SNRs)-1)/max(n-1, 1)]
	}
	return list
}

// methods returns the methods of a study's points in their order.
func methods[T any](points []T, of func(T) string) []string {
	var list []string
	for _, p := range points {
		if m := of(p); !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// alongChains draws the x0 estimates (solid) and the states (dashed) of a method.
func (r *Report) alongChains(method string) figure {
	f := figure{"perstep-" + fileName(method), "Error along the chain " + method + ", from the observation's level (left) to the clean one: of the state x_t (dashed) and of the estimate of x0 made from it (solid).",
		chart.Chart{Title: r.Name + ", " + method, X: "SNR of the level / dB", Y: "NMSE / dB"}}
	for _, c := range r.PerStep {
		if c.Method != method || !slices.Contains(r.curveSNRs(), c.SNR) {
			continue
		}
		name := number(c.SNR) + " dB"
		estimate, state := chart.Line{Name: name, Plain: true}, chart.Line{Name: name, Plain: true, Dashed: true}
		for i, at := range c.LevelSNR {
			estimate.X, estimate.Y = append(estimate.X, at), append(estimate.Y, decibel.Of(float64(c.Estimate[i])))
			state.X, state.Y = append(state.X, at), append(state.Y, decibel.Of(float64(c.State[i])))
		}
		f.chart.Lines = append(f.chart.Lines, estimate, state)
	}
	return f
}

// overOffsets draws the loss of a method that is told wrong SNRs.
func (r *Report) overOffsets(method string) figure {
	f := figure{"mismatch-" + fileName(method), "Loss of " + method + " that is told a wrong SNR, to the same method told the true one.",
		chart.Chart{Title: r.Name + ", " + method, X: "SNR told minus true / dB", Y: "loss / dB", Zero: true}}
	lines := newLines()
	for _, p := range r.Mismatch {
		if p.Method == method && slices.Contains(r.curveSNRs(), p.SNR) {
			lines.add(number(p.SNR)+" dB", p.Offset, float64(p.LossdB), float64(p.LossCI))
		}
	}
	f.chart.Lines = lines.list
	return f
}

// overSteps draws the loss of a method that takes fewer steps.
func (r *Report) overSteps(method string) figure {
	f := figure{"steps-" + fileName(method), "Loss of chains " + method + " with fewer steps, to the chain over all levels. One step is the one-shot estimate.",
		chart.Chart{Title: r.Name + ", " + method, X: "network calls a sample", Y: "loss / dB", Zero: true}}
	lines := newLines()
	for _, p := range r.FewerSteps {
		if p.Method == method && slices.Contains(r.curveSNRs(), p.SNR) {
			lines.add(number(p.SNR)+" dB", float64(p.Calls), float64(p.LossdB), 0)
		}
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
		lines.add("mean of samples", l.SNR, float64(l.Mean), 0)
		lines.add("most of samples", l.SNR, float64(l.Max), 0)
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
