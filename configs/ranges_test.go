package configs

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRange(t *testing.T) {
	tests := map[string][]float64{
		"10":            {10},
		"-20:10:20":     {-20, -10, 0, 10, 20},
		"0:0.1:0.3":     {0, 0.1, 0.2, 0.3},
		"0:3:10":        {0, 3, 6, 9},
		"20:-10:-5":     {20, 10, 0},
		"5:1:5":         {5},
		"-20, -5:5:5,7": {-20, -5, 0, 5, 7},
		" 1 : 1 : 2 ":   {1, 2},
	}
	for text, want := range tests {
		got, err := ParseRange(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestParseRangeRefuses(t *testing.T) {
	tests := map[string]string{
		"":               "not a finite number",
		"a":              "not a finite number",
		"1:2":            "want start:step:stop",
		"1:2:3:4":        "want start:step:stop",
		"0:0:1":          "never leads",
		"0:-1:1":         "never leads",
		"0:1e-9:1":       "more than 1000 points",
		"0:1:999,1,2":    "more than 1000 points",
		"nan":            "not a finite number",
		"0:inf:1":        "not a finite number",
		"-1e308:1:1e308": "more than 1000 points",
		"1,,2":           "not a finite number",
	}
	for text, want := range tests {
		if got, err := ParseRange(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func FuzzParseRange(f *testing.F) {
	f.Add("-20:5:40")
	f.Add("1,2:-1e-300:0")
	f.Fuzz(func(t *testing.T, text string) {
		if points, err := ParseRange(text); err == nil && (len(points) == 0 || len(points) > maxPoints) {
			t.Fatalf("%q: %d points", text, len(points))
		}
	})
}
