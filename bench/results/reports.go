package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/regular"
)

const (
	reportMost  = 64 << 20 // bytes of a report
	commandMost = 1 << 16  // of a command
	metricsMost = 64 << 20 // of a run's metrics
)

// folder is where bench/results.sh leaves everything: a folder of each command's
// name, and the commands themselves in commands/.
type folder string

// reportDir returns where the report of a command lies: in its folder, or, of a
// training, below it.
func (f folder) reportDir(name string) (string, error) {
	for _, dir := range []string{filepath.Join(string(f), name), filepath.Join(string(f), name, "report")} {
		if _, err := os.Stat(filepath.Join(dir, "eval.json")); err == nil {
			return dir, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("%s has no report of %s: %w", foreign.Name(string(f)), foreign.Name(name), fs.ErrNotExist)
}

// report reads the report of a command.
func (f folder) report(name string) (*report.Report, error) {
	dir, err := f.reportDir(name)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "eval.json")
	text, err := regular.ReadFile(file, reportMost)
	if err != nil {
		return nil, err
	}
	r := new(report.Report)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(r.Rows) != len(r.SNRs)*len(r.Columns) {
		return nil, fmt.Errorf("%s: %d rows for %d SNRs and %d columns", file, len(r.Rows), len(r.SNRs), len(r.Columns))
	}
	return r, nil
}

// command returns the words that made a report.
func (f folder) command(name string) (string, error) {
	text, err := regular.ReadFile(filepath.Join(string(f), "commands", name), commandMost)
	return strings.TrimSpace(string(text)), err
}

// A point is one result of a report at its place on the axis of a figure.
type point struct {
	x   float64
	row report.Row
}

// A series is what one method reaches, over SNRs or whatever else.
type series struct {
	label  string
	dashed bool
	points []point
}

// spec is NAME/METHOD=label: a column of a report, and what it is called. Without a
// label it is the method.
type spec struct{ name, method, label string }

func parseSpec(text string) (s spec, err error) {
	column, label, _ := strings.Cut(text, "=")
	var ok bool
	if s.name, s.method, ok = strings.Cut(column, "/"); !ok {
		return s, fmt.Errorf("%q: want NAME/METHOD or NAME/METHOD=label", text)
	}
	if s.label = label; label == "" {
		s.label = s.method
	}
	return s, nil
}

// overSNR returns a column of a report.
func (f folder) overSNR(text string) (s series, err error) {
	c, err := parseSpec(text)
	if err != nil {
		return s, err
	}
	r, err := f.report(c.name)
	if err != nil {
		return s, err
	}
	s.label = c.label
	for _, row := range r.Rows {
		if row.Method == c.method {
			s.points, s.dashed = append(s.points, point{row.SNR, row}), row.Baseline
		}
	}
	if len(s.points) == 0 {
		return s, fmt.Errorf("the report of %s has no column %s", c.name, c.method)
	}
	return s, nil
}

// at returns the row of a column at an SNR.
func (s series) at(snr float64) (report.Row, error) {
	for _, p := range s.points {
		if p.row.SNR == snr {
			return p.row, nil
		}
	}
	return report.Row{}, fmt.Errorf("%s has no row at %g dB", s.label, snr)
}
