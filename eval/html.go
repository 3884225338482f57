package eval

import "io"

// WriteHTML writes the report.
func (r *Report) WriteHTML(w io.Writer) error { return nil }
