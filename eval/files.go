package eval

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// csvHeader lists the columns of eval.csv. Figures that do not apply are empty.
var csvHeader = []string{"snr_db", "method", "nmse", "nmse_db", "ci95_db", "gap_db", "psnr_db", "ssim", "calls", "seconds", "samples"}

// WriteCSV writes the rows.
func (r *Report) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write(csvHeader); err != nil {
		return err
	}
	g := func(x float64) string { return strconv.FormatFloat(x, 'g', 8, 64) }
	for _, row := range r.Rows {
		gap := ""
		if row.GapdB != nil {
			gap = g(*row.GapdB)
		}
		if err := c.Write([]string{dB(row.SNR), row.Method, g(row.NMSE), g(row.NMSEdB), g(row.CI95dB), gap, "", "",
			strconv.Itoa(row.Calls), g(row.Seconds), strconv.Itoa(row.Samples)}); err != nil {
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

// WriteDir writes eval.csv, eval.json, nmse.svg and nmse.png into dir, each
// replaced as a whole.
func (r *Report) WriteDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("eval: %w", err)
	}
	for name, write := range map[string]func(io.Writer) error{
		"eval.csv": r.WriteCSV, "eval.json": r.WriteJSON,
		"nmse.svg": func(w io.Writer) error { return r.plot(w, "svg") },
		"nmse.png": func(w io.Writer) error { return r.plot(w, "png") },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return fmt.Errorf("eval: %s: %w", name, err)
		}
		if err := replace(filepath.Join(dir, name), b.Bytes()); err != nil {
			return fmt.Errorf("eval: %w", err)
		}
	}
	return nil
}

// replace writes a file beside its final place and renames it.
func replace(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("%w (%v)", err, os.Remove(f.Name()))
	}
	return nil
}
