package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteTable prints NMSE in dB, a row for each SNR and a column for each method,
// with the gap to cme in brackets where it is known. Where lines would be wider
// than width, the columns go on in further tables below; 0 means any width.
func (r *Report) WriteTable(w io.Writer, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "NMSE in dB on %d samples", r.Samples)
	if slices.Contains(r.Columns, "cme") {
		b.WriteString(" (in brackets: gap to the exact conditional mean, cme)")
	}
	b.WriteByte('\n')
	if r.Ratio != "" {
		fmt.Fprintf(&b, "SNRs are ratios of %s\n", r.Ratio)
	}
	for _, columns := range fold(r.columns(), width) {
		b.WriteByte('\n')
		for i := range columns[0].cells {
			for _, c := range columns {
				fmt.Fprintf(&b, "%*s", c.width, c.cells[i])
			}
			b.WriteByte('\n')
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// column is one of a table, its name first. The width is that with two blanks in front.
type column struct {
	cells []string
	width int
}

func (c *column) add(cell string) {
	c.cells = append(c.cells, cell)
	c.width = max(c.width, 2+utf8.RuneCountInString(cell))
}

// columns returns the SNRs and then the columns of the methods.
func (r *Report) columns() []column {
	list := make([]column, 1+len(r.Columns))
	head, levels := "SNR/dB", r.SNRs
	switch {
	case r.Sigmas != nil:
		head, levels = "σ·255", r.Sigmas
	case r.SigmasData != nil:
		head, levels = "σ", r.SigmasData
	}
	list[0].add(head)
	for _, level := range levels {
		list[0].add(dB(level))
	}
	for k, name := range r.Columns {
		c := &list[1+k]
		c.add(name)
		for i := range levels {
			row := r.row(i, k)
			text := cell("%.2f", row.NMSEdB)
			if row.GapdB != nil && row.Method != "cme" {
				text += " (" + cell("%+.2f", *row.GapdB) + ")"
			}
			c.add(text)
		}
	}
	return list
}

// fold deals columns out to tables of some width, of which each begins with the
// first column and has at least one other.
func fold(columns []column, width int) [][]column {
	var tables [][]column
	for i, total := 1, 0; i < len(columns); i++ {
		if total += columns[i].width; i == 1 || width > 0 && total > width {
			tables, total = append(tables, columns[:1:1]), columns[0].width+columns[i].width
		}
		last := &tables[len(tables)-1]
		*last = append(*last, columns[i])
	}
	return tables
}

// cell formats a figure, "-" if it is not finite. What rounds to zero has no minus.
func cell(format string, f Float) string {
	if !f.finite() {
		return "-"
	}
	text := fmt.Sprintf(format, float64(f))
	if strings.Trim(text, "-0.") == "" {
		return fmt.Sprintf(format, 0.)
	}
	return text
}

// dB formats a number of decibels without needless zeros.
func dB(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
