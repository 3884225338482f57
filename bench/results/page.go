package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/condmean/condmean/eval/chart"
	"github.com/condmean/condmean/internal/atomicfile"
)

// text is the page: what stands around the figures, and what they show.
//
//go:embed page.md.tmpl
var text string

// page makes docs/results.md and the files that it shows.
type page struct {
	runs  folder
	docs  string
	files map[string][]byte // of docs/results, by name
}

// write makes everything before it writes anything.
func (p *page) write() error {
	content, err := p.render(text)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(p.docs, "results"), 0o755); err != nil {
		return err
	}
	for name, b := range p.files {
		if err := atomicfile.Write(filepath.Join(p.docs, "results", name), b); err != nil {
			return err
		}
	}
	return atomicfile.Write(filepath.Join(p.docs, "results.md"), content)
}

// render fills the template in.
func (p *page) render(text string) ([]byte, error) {
	p.files = map[string][]byte{}
	t, err := template.New("results").Option("missingkey=error").Funcs(template.FuncMap{
		"have":      p.have,
		"commands":  p.commands,
		"gaps":      p.gaps,
		"nmse":      p.nmse,
		"overT":     p.overT,
		"gap":       p.gap,
		"error":     p.error,
		"most":      p.most,
		"study":     p.study,
		"mismatch":  p.mismatch,
		"perStep":   p.perStep,
		"lipschitz": p.lipschitz,
		"minutes":   p.minutes,
		"machine":   p.machine,
	}).Parse(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, nil); err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(blank.ReplaceAll(b.Bytes(), []byte("\n\n"))), '\n'), nil
}

// blank are more empty lines than one, which parts leave that are not there.
var blank = regexp.MustCompile(`\n{3,}`)

// have tells whether all these commands have left a report.
func (p *page) have(names ...string) bool {
	for _, name := range names {
		if _, err := p.runs.reportDir(name); err != nil {
			return false
		}
	}
	return true
}

// commands shows how reports were made.
func (p *page) commands(names ...string) (string, error) {
	var b strings.Builder
	b.WriteString("```sh\n")
	for _, name := range names {
		words, err := p.runs.command(name)
		if err != nil {
			return "", err
		}
		b.WriteString(words + "\n")
	}
	return b.String() + "```", nil
}

// gaps shows columns of reports by their gap to the conditional mean: a figure, a
// table, and a file with the same numbers.
func (p *page) gaps(file, title string, specs ...string) (string, error) {
	list, err := p.columns(specs)
	if err != nil {
		return "", err
	}
	return p.show(file, chart.Chart{Title: title, X: "SNR / dB", Y: "gap to cme / dB", Zero: true}, list, gapOf, "%+.2f")
}

// nmse shows columns by their NMSE likewise.
func (p *page) nmse(file, title string, specs ...string) (string, error) {
	list, err := p.columns(specs)
	if err != nil {
		return "", err
	}
	return p.show(file, chart.Chart{Title: title, X: "SNR / dB", Y: "NMSE / dB"}, list, nmseOf, "%.2f")
}

func (p *page) columns(specs []string) ([]series, error) {
	var list []series
	for _, text := range specs {
		s, err := p.runs.overSNR(text)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// stepsT are the numbers of steps of which there is a network each.
var stepsT = []int{5, 10, 50, 100, 300, 1000}

// overT shows what columns reach at one SNR over the number of steps; the names of
// the reports have a %d in its place.
func (p *page) overT(file, title string, snr float64, specs ...string) (string, error) {
	var list []series
	for _, text := range specs {
		var all series
		for _, T := range stepsT {
			s, err := p.runs.overSNR(fmt.Sprintf(text, T))
			if err != nil {
				return "", err
			}
			row, err := s.at(snr)
			if err != nil {
				return "", err
			}
			all.label, all.dashed = s.label, strings.Contains(s.label, "exact")
			all.points = append(all.points, point{float64(T), row})
		}
		list = append(list, all)
	}
	c := chart.Chart{Title: title, X: "log₁₀ T", Y: "gap to cme / dB", Zero: true}
	return p.showOver(file, c, "T", math.Log10, list, gapOf, "%+.2f")
}

func (p *page) show(file string, c chart.Chart, list []series, of value, format string) (string, error) {
	return p.showOver(file, c, c.X, func(x float64) float64 { return x }, list, of, format)
}

// showOver draws series over place(x) and lists them over x.
func (p *page) showOver(file string, c chart.Chart, x string, place func(float64) float64, list []series, of value, format string) (string, error) {
	for _, s := range list {
		l := chart.Line{Name: s.label, Dashed: s.dashed}
		for _, at := range s.points {
			v, ci := of(at.row)
			l.X, l.Y, l.Error = append(l.X, place(at.x)), append(l.Y, v), append(l.Error, ci)
		}
		c.Lines = append(c.Lines, l)
	}
	svg, err := c.SVG()
	if err != nil {
		return "", fmt.Errorf("%s.svg: %w", file, err)
	}
	numbers, err := table("x", list)
	if err != nil {
		return "", err
	}
	p.files[file+".svg"], p.files[file+".csv"] = svg, numbers
	return fmt.Sprintf("![%s](results/%s.svg)\n\n%s, in dB, ± half the width of the 95 %% interval; %s ([CSV](results/%s.csv)).\n\n%s",
		c.Title, file, strings.TrimSuffix(c.Y, " / dB"), samples(list), file, markdown(x, list, of, format)), nil
}

// gap writes the gap of a column at an SNR, for sentences.
func (p *page) gap(text string, snr float64) (string, error) {
	s, err := p.runs.overSNR(text)
	if err != nil {
		return "", err
	}
	row, err := s.at(snr)
	v, _ := gapOf(row)
	return minus(fmt.Sprintf("%.2f", v)), err
}

// error writes the NMSE of a column at an SNR, likewise.
func (p *page) error(text string, snr float64) (string, error) {
	s, err := p.runs.overSNR(text)
	if err != nil {
		return "", err
	}
	row, err := s.at(snr)
	v, _ := nmseOf(row)
	return minus(fmt.Sprintf("%.1f dB", v)), err
}

// most writes the greatest gap of a column from one SNR to another, and where it is.
func (p *page) most(text string, from, to float64) (string, error) {
	s, err := p.runs.overSNR(text)
	if err != nil {
		return "", err
	}
	worst, ci, at := math.Inf(-1), 0.0, 0.0
	for _, q := range s.points {
		if v, half := gapOf(q.row); q.x >= from && q.x <= to && v > worst {
			worst, ci, at = v, half, q.x
		}
	}
	return minus(fmt.Sprintf("%.2f ±%s dB (at %g dB)", worst, half(ci), at)), nil
}

// machine says what the times of a report were taken on.
func (p *page) machine(name string) (string, error) {
	r, err := p.runs.report(name)
	if err != nil {
		return "", err
	}
	m := r.Machine
	return fmt.Sprintf("%s, %d of %d cores, %s", m.CPU, m.Threads, m.Cores, m.Kernels), nil
}
