package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/condmean/condmean/eval/quality"
)

//go:embed report.html.tmpl
var reportTemplate string

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{
	"dB": dB, "fixed": fixed, "may": may, "percent": func(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) },
	"number": number, "sigma": func(x *Float) string { return number(x.of()) }, "seconds": seconds, "shape": shapeText,
}).Parse(reportTemplate))

// page is what the template shows.
type page struct {
	*Report
	Drawings []drawing
	Tables   []table
	Gallery  []gallery
	Facts    [][2]string
	Notes    []string
}

// drawing is a figure in place.
type drawing struct {
	Caption string
	SVG     template.HTML
}

// table is one of a study's, all cells as text.
type table struct {
	Title, Text string
	Head        []string
	Rows        [][]string
}

// WriteHTML writes the report as one file that needs nothing else.
func (r *Report) WriteHTML(w io.Writer) error {
	p := page{Report: r, Tables: r.tables(), Facts: r.facts(), Notes: r.notes()}
	for _, f := range r.figures() {
		svg, err := f.chart.SVG()
		if err != nil {
			return err
		}
		p.Drawings = append(p.Drawings, drawing{f.Caption, inline(svg)})
	}
	var err error
	if p.Gallery, err = r.gallery(); err != nil {
		return err
	}
	var b bytes.Buffer // nothing is written if the template fails
	if err := reportPage.Execute(&b, p); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// inline strips what precedes the element, and the fixed size.
func inline(svg []byte) template.HTML {
	text := string(svg)
	if i := strings.Index(text, "<svg"); i > 0 {
		text = text[i:]
	}
	return template.HTML(text) //nolint:gosec // drawn by package chart, which escapes text
}

// dataURI returns a PNG image as the source of an img element.
func dataURI(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
}

// facts lists what a reader needs to do it again.
func (r *Report) facts() [][2]string {
	facts := [][2]string{
		{"Checkpoint", r.Source},
		{"SHA-256", r.Checkpoint},
		{"Test samples", fmt.Sprintf("%d of shape %s", r.Samples, shapeText(r.Shape))},
		{"SNR", r.Ratio},
		{"Schedule", fmt.Sprintf("T = %d, matched by %s, start %s", r.Steps, r.Match, r.Start) + r.letter()},
		{"Seeds", fmt.Sprintf("%d of the noise, %d of the data", r.Seed, r.DataSeed)},
		{"Machine", fmt.Sprintf("%s, %d of %d cores, kernels %s, %s, %s", r.Machine.CPU, r.Machine.Threads, r.Machine.Cores, r.Machine.Kernels, r.Machine.System, r.Machine.Go)},
		{"Made", r.Made.Format("2006-01-02 15:04:05 MST")},
	}
	if r.Machine.Device != "" {
		facts = append(facts, [2]string{"Device", r.Machine.Device})
	}
	if r.Step > 0 {
		facts = append(facts, [2]string{"Trained", fmt.Sprintf("%d steps", r.Step)})
	}
	if r.Range > 0 {
		text := fmt.Sprintf("data range %.6g; estimates neither clipped nor rounded", r.Range)
		if r.Convention == quality.Kair {
			text = "estimates clipped to [0,1] and rounded to 8 bits; noise levels σ in units of 1/255"
		}
		facts = append(facts, [2]string{"PSNR and SSIM", text})
	}
	if r.Shrinkage > 0 {
		facts = append(facts, [2]string{"LMMSE", fmt.Sprintf("covariance of the train split, shrunk by %.4g towards the identity", r.Shrinkage)})
	}
	return facts
}

// letter says in what chains differ from the paper's.
func (r *Report) letter() string {
	text := ""
	if r.Clip > 0 {
		text = fmt.Sprintf(", the estimate of each step clamped to ±%g", r.Clip)
	}
	if r.Unscaled {
		text += ", observations not scaled to the level"
	}
	return text
}

// notes collects what rows have to say, each once.
func (r *Report) notes() []string {
	var list []string
	if r.Warning != "" {
		list = append(list, r.Warning)
	}
	seen := map[string]bool{}
	for _, row := range r.Rows {
		if text := fmt.Sprintf("%s dB: %s", dB(row.SNR), row.Note); row.Note != "" && !seen[text] {
			seen[text] = true
			list = append(list, text)
		}
	}
	return list
}

// Grid returns the rows by SNR.
func (p page) Grid() [][]Row {
	var grid [][]Row
	for i := range p.SNRs {
		grid = append(grid, p.Rows[i*len(p.Columns):][:len(p.Columns)])
	}
	return grid
}

// Settings returns the configuration without what an evaluation never uses.
func (p page) Settings() string { return strings.TrimSpace(p.Config) }

// Level heads the column of the SNRs, with the noise levels that they stand for.
func (p page) Level() string {
	switch {
	case p.Sigmas != nil:
		return "σ·255 / SNR"
	case p.SigmasData != nil:
		return "σ / SNR"
	}
	return "SNR / dB"
}

// fixed formats decibels.
func fixed(x Float) string { return may(&x, 2) }

// may formats a figure that need not be there.
func may(x *Float, digits int) string {
	switch {
	case x == nil:
		return ""
	case !x.finite():
		return "–"
	}
	s := fmt.Sprintf("%.*f", digits, float64(*x))
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}

// seconds formats a time with a unit that suits it.
func seconds(s float64) string {
	switch {
	case s < 1e-3:
		return fmt.Sprintf("%.3g µs", 1e6*s)
	case s < 1:
		return fmt.Sprintf("%.3g ms", 1e3*s)
	}
	return fmt.Sprintf("%.3g s", s)
}

func shapeText(shape []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(shape), "[]"), " ", "×")
}

// number formats a figure with four digits at most.
func number(x float64) string {
	return strings.Replace(fmt.Sprintf("%.4g", x), "-", "−", 1)
}
