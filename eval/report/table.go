package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// WriteTable prints NMSE in dB, a row for each SNR and a column for each method,
// with the gap to cme in brackets where it is known.
func (r *Report) WriteTable(w io.Writer) error {
	title := fmt.Sprintf("NMSE in dB on %d samples", r.Samples)
	if slices.Contains(r.Columns, "cme") {
		title += " (in brackets: gap to the exact conditional mean, cme)"
	}
	if _, err := fmt.Fprintf(w, "%s\n\n", title); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...string) error {
		_, err := fmt.Fprintln(t, strings.Join(cells, "\t")+"\t")
		return err
	}
	head := "SNR/dB"
	if r.Sigmas != nil {
		head = "σ·255"
	}
	if err := line(append([]string{head}, r.Columns...)...); err != nil {
		return err
	}
	for i, db := range r.SNRs {
		cells := []string{dB(db)}
		if r.Sigmas != nil {
			cells[0] = dB(r.Sigmas[i])
		}
		for k := range r.Columns {
			row := r.row(i, k)
			text := cell("%.2f", row.NMSEdB)
			if row.GapdB != nil && row.Method != "cme" {
				text += " (" + cell("%+.2f", *row.GapdB) + ")"
			}
			cells = append(cells, text)
		}
		if err := line(cells...); err != nil {
			return err
		}
	}
	return t.Flush()
}

// cell formats a figure, "-" if it is not finite.
func cell(format string, f Float) string {
	if !f.finite() {
		return "-"
	}
	return fmt.Sprintf(format, float64(f))
}

// dB formats a number of decibels without needless zeros.
func dB(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
