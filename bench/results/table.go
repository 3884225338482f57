package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/condmean/condmean/eval/report"
)

// value is a figure of a row and the half width of its 95 % interval.
type value func(report.Row) (v, ci float64)

// gapOf is the gap to the exact conditional mean in dB, of paired errors.
func gapOf(r report.Row) (v, ci float64) { return float(r.GapdB), float(r.GapCI95) }

// nmseOf is the NMSE in dB.
func nmseOf(r report.Row) (v, ci float64) { return float64(r.NMSEdB), float64(r.CI95dB) }

// float returns a figure, NaN if there is none.
func float(f *report.Float) float64 {
	if f == nil {
		return math.NaN()
	}
	return float64(*f)
}

// markdown lays series out side by side: a row for each x, and in each cell the
// figure and half the width of its interval.
func markdown(x string, list []series, of value, format string) string {
	var at []float64
	for _, s := range list {
		for _, p := range s.points {
			if !slices.Contains(at, p.x) {
				at = append(at, p.x)
			}
		}
	}
	slices.Sort(at)
	rows := [][]string{{x}}
	for _, s := range list {
		rows[0] = append(rows[0], s.label)
	}
	for _, x := range at {
		row := []string{minus(strconv.FormatFloat(x, 'f', -1, 64))}
		for _, s := range list {
			cell := ""
			for _, p := range s.points {
				if p.x == x {
					cell = withInterval(format, of, p.row)
				}
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return grid(rows)
}

func withInterval(format string, of value, row report.Row) string {
	v, ci := of(row)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return ""
	case math.IsNaN(ci) || math.IsInf(ci, 0):
		return minus(fmt.Sprintf(format, v))
	}
	return minus(fmt.Sprintf(format, v)) + " ±" + half(ci)
}

// half writes half the width of an interval, with more digits where two are 0.
func half(ci float64) string {
	if ci < 0.005 {
		return fmt.Sprintf("%.3f", ci)
	}
	return fmt.Sprintf("%.2f", ci)
}

// minus puts a proper one, and none in front of zero.
func minus(s string) string {
	if strings.Trim(s, "+-0.") == "" {
		return strings.TrimLeft(s, "+-")
	}
	return strings.ReplaceAll(s, "-", "−")
}

// grid writes rows as a table of markdown; the first one is its head.
func grid(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|--:", len(row)) + "|\n")
		}
	}
	return b.String()
}

// samples tells how many each series is of, equal ones together.
func samples(list []series) string {
	var numbers []int
	of := map[int][]string{}
	for _, s := range list {
		for _, p := range s.points {
			n := p.row.Samples
			if !slices.Contains(numbers, n) {
				numbers = append(numbers, n)
			}
			if !slices.Contains(of[n], s.label) {
				of[n] = append(of[n], s.label)
			}
		}
	}
	if len(numbers) == 1 {
		return count(numbers[0]) + " samples"
	}
	var parts []string
	for _, n := range numbers {
		parts = append(parts, fmt.Sprintf("%s samples of %s", count(n), strings.Join(of[n], ", ")))
	}
	return strings.Join(parts, "; ")
}

// count writes a number with a comma between thousands.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// table is what a figure was drawn from, as CSV.
func table(x string, list []series) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write([]string{"series", x, "snr_db", "nmse_db", "ci95_db", "gap_db", "gap_ci95_db", "samples"}); err != nil {
		return nil, err
	}
	g := func(v float64) string {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	for _, s := range list {
		for _, p := range s.points {
			nmse, ci := nmseOf(p.row)
			gap, gapCI := gapOf(p.row)
			if err := w.Write([]string{s.label, g(p.x), g(p.row.SNR), g(nmse), g(ci), g(gap), g(gapCI), strconv.Itoa(p.row.Samples)}); err != nil {
				return nil, err
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
