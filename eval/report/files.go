package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/condmean/condmean/internal/atomicfile"
)

// csvHeader lists the columns of eval.csv. Figures that do not apply are empty.
var csvHeader = []string{"snr_db", "method", "nmse", "nmse_db", "ci95_db", "gap_db", "psnr_db", "ssim", "calls", "seconds", "samples",
	"gap_ci95_db", "mmse", "sigma_255", "sigma"}

// WriteCSV writes the rows.
func (r *Report) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write(csvHeader); err != nil {
		return err
	}
	g := func(x float64) string { return strconv.FormatFloat(x, 'g', 8, 64) }
	may := func(x *Float) string {
		if x == nil || !x.finite() {
			return ""
		}
		return g(float64(*x))
	}
	for _, row := range r.Rows {
		if err := c.Write([]string{g(row.SNR), row.Method, may(&row.NMSE), may(&row.NMSEdB), may(&row.CI95dB), may(row.GapdB), may(row.PSNR), may(row.SSIM),
			strconv.Itoa(row.Calls), g(row.Seconds), strconv.Itoa(row.Samples), may(row.GapCI95), may(row.MMSE), may(row.Sigma), may(row.SigmaData)}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// WriteJSON writes the whole report.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteDir writes eval.csv, eval.json, report.html and the plots, each as SVG and
// PNG, into dir, each replaced as a whole.
func (r *Report) WriteDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	files := map[string][]byte{}
	for name, write := range map[string]func(io.Writer) error{"eval.csv": r.WriteCSV, "eval.json": r.WriteJSON, "report.html": r.WriteHTML} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return fmt.Errorf("report: %s: %w", name, err)
		}
		files[name] = b.Bytes()
	}
	for _, f := range r.figures() {
		svg, err := f.chart.SVG()
		if err != nil {
			return fmt.Errorf("report: %s.svg: %w", f.File, err)
		}
		png, err := f.chart.PNG()
		if err != nil {
			return fmt.Errorf("report: %s.png: %w", f.File, err)
		}
		files[f.File+".svg"], files[f.File+".png"] = svg, png
	}
	for name, content := range files {
		if err := atomicfile.WriteOwn(filepath.Join(dir, name), content); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return nil
}
