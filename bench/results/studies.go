package main

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/internal/regular"
)

// study shows a figure that a report already has.
func (p *page) study(name, figure, title string) (string, error) {
	dir, err := p.runs.reportDir(name)
	if err != nil {
		return "", err
	}
	svg, err := regular.ReadFile(filepath.Join(dir, figure+".svg"), reportMost)
	if err != nil {
		return "", err
	}
	file := name + "-" + figure + ".svg"
	p.files[file] = svg
	return fmt.Sprintf("![%s](results/%s)", title, file), nil
}

// mismatch lists what a method loses that is told wrong SNRs.
func (p *page) mismatch(name, method string) (string, error) {
	r, err := p.runs.report(name)
	if err != nil {
		return "", err
	}
	rows := [][]string{{"SNR / dB"}}
	for _, m := range r.Mismatch {
		if m.Method != method {
			continue
		}
		snr := number(m.SNR)
		if n := len(rows); rows[n-1][0] != snr {
			rows = append(rows, []string{snr})
		}
		if len(rows) == 2 {
			rows[0] = append(rows[0], signed(m.Offset)+" dB")
		}
		cell := minus(fmt.Sprintf("%+.2f", float64(m.LossdB))) + " ±" + half(float64(m.LossCI))
		if m.Offset == 0 {
			cell = "0"
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], cell)
	}
	if len(rows) == 1 {
		return "", fmt.Errorf("the report of %s has no wrong SNRs told to %s", name, method)
	}
	return fmt.Sprintf("Loss in dB by the SNR told minus the true one, ± half the width of the 95 %% interval of paired errors; %s samples.\n\n%s", count(r.Samples), grid(rows)), nil
}

// perStep lists where along the chain its estimate of x0 is best.
func (p *page) perStep(name, method string) (string, error) {
	r, err := p.runs.report(name)
	if err != nil {
		return "", err
	}
	rows := [][]string{{"SNR / dB", "steps", "first estimate / dB", "best on the way / dB", "after step", "result / dB"}}
	for _, c := range r.PerStep {
		if c.Method != method {
			continue
		}
		best, last := 0, len(c.Estimate)-1
		for i, v := range c.Estimate {
			if v < c.Estimate[best] {
				best = i
			}
		}
		rows = append(rows, []string{number(c.SNR), strconv.Itoa(last), inDB(c.Estimate[0]), inDB(c.Estimate[best]), strconv.Itoa(best), inDB(c.Estimate[last])})
	}
	if len(rows) == 1 {
		return "", fmt.Errorf("the report of %s has no chains %s", name, method)
	}
	return fmt.Sprintf("NMSE along the chain; %s samples.\n\n%s", count(r.Samples), grid(rows)), nil
}

// lipschitz lists how far steps take apart what is near.
func (p *page) lipschitz(name string) (string, error) {
	r, err := p.runs.report(name)
	if err != nil {
		return "", err
	}
	if len(r.Lipschitz) == 0 {
		return "", fmt.Errorf("the report of %s has no Lipschitz constants", name)
	}
	rows := [][]string{{"level", "its SNR / dB", "A", "mean of samples", "most of samples", "1/√α"}}
	f := func(v float64) string { return fmt.Sprintf("%.4f", v) }
	for _, l := range r.Lipschitz {
		rows = append(rows, []string{strconv.Itoa(l.Level), minus(fmt.Sprintf("%.2f", l.SNR)), f(l.A), f(float64(l.Mean)), f(float64(l.Max)), f(l.Bound)})
	}
	return grid(rows), nil
}

func inDB(ratio report.Float) string { return minus(fmt.Sprintf("%.2f", decibel.Of(float64(ratio)))) }

func number(v float64) string { return minus(strconv.FormatFloat(v, 'f', -1, 64)) }

// signed is number with a plus.
func signed(v float64) string {
	if v > 0 && !math.IsInf(v, 0) {
		return "+" + number(v)
	}
	return number(v)
}
