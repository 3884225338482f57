package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/chart"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/regular"
)

// A moment is what a training shows of itself after some of its time.
type moment struct {
	minutes float64
	nmse    float64 // in dB, of oneshot on a few validation samples with noise that is always the same
}

// moments reads the NMSE at an SNR from the metrics of a run.
func (f folder) moments(name string, snr float64) ([]moment, error) {
	file := filepath.Join(string(f), name, "metrics.csv")
	text, err := regular.ReadFile(file, metricsMost)
	if err != nil {
		return nil, err
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	column := fmt.Sprintf("nmse_%gdb", snr)
	seconds, nmse := slices.Index(records[0], "seconds"), slices.Index(records[0], column)
	if seconds < 0 || nmse < 0 {
		return nil, fmt.Errorf("%s: want the columns seconds and %s", file, column)
	}
	var list []moment
	for _, r := range records[1:] {
		if r[nmse] == "" {
			continue // no validation
		}
		after, err := strconv.ParseFloat(r[seconds], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		v, err := strconv.ParseFloat(r[nmse], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		list = append(list, moment{after / 60, v})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no validation", file)
	}
	return list, nil
}

// overTime returns the gap of a run over its minutes of training. Validations say
// how the NMSE changes; that the last one is the gap of the run's report places it.
func (f folder) overTime(text string, snr float64) (s series, err error) {
	c, err := parseSpec(text)
	if err != nil {
		return s, err
	}
	final, err := f.overSNR(text)
	if err != nil {
		return s, err
	}
	row, err := final.at(snr)
	if err != nil {
		return s, err
	}
	gap, _ := gapOf(row)
	list, err := f.moments(c.name, snr)
	if err != nil {
		return s, err
	}
	s.label = c.label
	last := list[len(list)-1].nmse
	for _, m := range list {
		s.points = append(s.points, point{m.minutes, report.Row{SNR: snr, Method: c.method, GapdB: report.Of(gap + m.nmse - last)}})
	}
	return s, nil
}

// until returns the gap at the last point until x, "" where there is none yet or
// none any more.
func (s series) until(x float64) string {
	cell := ""
	for _, p := range s.points {
		if p.x <= x {
			v, _ := gapOf(p.row)
			cell = minus(fmt.Sprintf("%+.2f", v))
		}
	}
	if x > s.points[len(s.points)-1].x {
		return ""
	}
	return cell
}

// minutes shows the gap of runs at an SNR over the time of their training, and
// lists it after some minutes: at the last validation until then.
func (p *page) minutes(file, title string, snr float64, minutes string, specs ...string) (string, error) {
	at, err := configs.ParseRange(minutes)
	if err != nil {
		return "", err
	}
	c := chart.Chart{Title: title, X: "minutes of training", Y: "gap to cme / dB", Zero: true}
	rows := [][]string{{"minutes"}}
	for _, m := range at {
		rows = append(rows, []string{number(m)})
	}
	for _, text := range specs {
		s, err := p.runs.overTime(text, snr)
		if err != nil {
			return "", err
		}
		rows[0] = append(rows[0], s.label)
		for i, m := range at {
			rows[i+1] = append(rows[i+1], s.until(m))
		}
		l := chart.Line{Name: s.label, Plain: true}
		for _, q := range s.points {
			v, _ := gapOf(q.row)
			l.X, l.Y = append(l.X, q.x), append(l.Y, v)
		}
		c.Lines = append(c.Lines, l)
	}
	svg, err := c.SVG()
	if err != nil {
		return "", fmt.Errorf("%s.svg: %w", file, err)
	}
	p.files[file+".svg"] = svg
	return fmt.Sprintf("![%s](results/%s.svg)\n\n%s", title, file, grid(rows)), nil
}
