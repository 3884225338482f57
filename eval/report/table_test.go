package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// A table as wide as it wants to be, and as further tables on a narrow terminal.
func TestWriteTable(t *testing.T) {
	r := &Report{Samples: 7, SNRs: []float64{-10, 5}, Columns: []string{"ls", "cme", "mean"}}
	gap := Float(0.25)
	for i := range r.SNRs {
		for k, name := range r.Columns {
			r.Rows = append(r.Rows, Row{Method: name, NMSEdB: Float(9 - 10*float64(i+k)), GapdB: &gap})
		}
	}
	const title = "NMSE in dB on 7 samples (in brackets: gap to the exact conditional mean, cme)\n"
	const wide = title + `
  SNR/dB             ls     cme            mean
     -10   9.00 (+0.25)   -1.00  -11.00 (+0.25)
       5  -1.00 (+0.25)  -11.00  -21.00 (+0.25)
`
	const narrow = title + `
  SNR/dB             ls     cme
     -10   9.00 (+0.25)   -1.00
       5  -1.00 (+0.25)  -11.00

  SNR/dB            mean
     -10  -11.00 (+0.25)
       5  -21.00 (+0.25)
`
	for width, want := range map[int]string{0: wide, 47: wide, 80: wide, 46: narrow, 31: narrow} {
		var b strings.Builder
		if err := r.WriteTable(&b, width); err != nil || b.String() != want {
			t.Errorf("%d columns: %v\n%s", width, err, b.String())
		}
	}
}

// Whatever the width, every column is there once and in order, and tables of more
// than one column fit.
func TestFold(t *testing.T) {
	var columns []column
	for i, name := range []string{"σ·255", "ls", "lmmse", "cme", "average:1000", "oneshot"} {
		var c column
		c.add(name)
		c.add(fmt.Sprint(i))
		columns = append(columns, c)
	}
	if w := columns[0].width; w != 2+utf8.RuneCountInString("σ·255") {
		t.Errorf("σ·255 has %d columns", w)
	}
	for width := range 60 {
		var names []string
		for _, table := range fold(columns, width) {
			total := 0
			for i, c := range table {
				total += c.width
				if i > 0 {
					names = append(names, c.cells[0])
				}
			}
			if table[0].cells[0] != "σ·255" || len(table) < 2 || len(table) > 2 && width > 0 && total > width {
				t.Errorf("%d columns: a table of %v", width, table)
			}
		}
		if want := []string{"ls", "lmmse", "cme", "average:1000", "oneshot"}; !slices.Equal(names, want) {
			t.Errorf("%d columns: %v", width, names)
		}
	}
}

// TestCell: what rounds to zero is zero.
func TestCell(t *testing.T) {
	for _, c := range []struct {
		format string
		value  Float
		want   string
	}{{"%+.2f", -0.004, "+0.00"}, {"%.2f", -0.004, "0.00"}, {"%+.2f", -0.006, "-0.01"}, {"%.2f", -10, "-10.00"}, {"%+.2f", 0.004, "+0.00"}, {"%.2f", Float(math.NaN()), "-"}} {
		if got := cell(c.format, c.value); got != c.want {
			t.Errorf("%s of %v: %q, want %q", c.format, c.value, got, c.want)
		}
	}
}
