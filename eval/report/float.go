package report

import (
	"bytes"
	"encoding/json"
	"math"
)

// Float is a figure of a report. JSON has no word for figures that are not
// finite: they are written as null, which is read as NaN.
type Float float64

var (
	_ json.Marshaler   = Float(0)
	_ json.Unmarshaler = (*Float)(nil)
)

// MarshalJSON implements json.Marshaler.
func (f Float) MarshalJSON() ([]byte, error) {
	if !f.finite() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *Float) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*f = Float(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(f))
}

func (f Float) finite() bool { return !math.IsNaN(float64(f)) && !math.IsInf(float64(f), 0) }

// Of returns a figure that need not be there.
func Of(x float64) *Float { f := Float(x); return &f }

// of returns a figure, NaN if there is none.
func (f *Float) of() float64 {
	if f == nil {
		return math.NaN()
	}
	return float64(*f)
}
