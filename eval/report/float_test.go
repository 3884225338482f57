package report

import (
	"encoding/json"
	"math"
	"testing"
)

// TestFloat: finite figures are written as encoding/json does, others as null, and
// both are read again.
func TestFloat(t *testing.T) {
	for _, v := range []float64{0, 1.5, -1e-9, 1e300, math.Pi} {
		got, err := json.Marshal(Float(v))
		want, _ := json.Marshal(v)
		var back Float
		if err != nil || string(got) != string(want) || json.Unmarshal(got, &back) != nil || float64(back) != v {
			t.Errorf("%v is written as %s and read as %v: %v", v, got, back, err)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		got, err := json.Marshal(struct{ A []Float }{[]Float{1, Float(v)}})
		var back struct{ A []Float }
		if err != nil || string(got) != `{"A":[1,null]}` || json.Unmarshal(got, &back) != nil || !math.IsNaN(float64(back.A[1])) {
			t.Errorf("%v is written as %s and read as %v: %v", v, got, back, err)
		}
		if cell("%.2f", Float(v)) != "-" || fixed(Float(v)) != "–" {
			t.Errorf("%v in tables: %s, %s", v, cell("%.2f", Float(v)), fixed(Float(v)))
		}
	}
}
