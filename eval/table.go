package eval

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteTable prints NMSE in dB, a row for each SNR and a column for each method,
// with the gap to cme in brackets where it is known.
func WriteTable(w io.Writer, r *Report) error {
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
			cell := fmt.Sprintf("%.2f", row.NMSEdB)
			if row.GapdB != nil && row.Method != "cme" {
				cell += fmt.Sprintf(" (%+.2f)", *row.GapdB)
			}
			cells = append(cells, cell)
		}
		if err := line(cells...); err != nil {
			return err
		}
	}
	return t.Flush()
}
