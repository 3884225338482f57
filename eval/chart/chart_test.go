package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestChart(t *testing.T) {
	c := Chart{Title: "a < b & c", X: "x", Y: "y", Zero: true, Lines: []Line{
		{Name: "one", X: []float64{0, 1, 2, 3}, Y: []float64{1, math.Inf(-1), math.NaN(), 4}, Error: []float64{0.1, 0, 0, math.Inf(1)}},
		{Name: "empty", X: []float64{1}, Y: []float64{math.NaN()}},
		{Name: "one", X: []float64{0, 3}, Y: []float64{2, 2}, Dashed: true, Plain: true},
	}}
	for _, small := range []bool{false, true} {
		c.Small = small
		svg, err := c.SVG()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("the SVG is no XML: %v", err)
			}
		}
		if strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
			t.Error("the SVG has numbers that are not finite")
		}
		if n := strings.Count(string(svg), ">one<"); !small && n != 1 || strings.Contains(string(svg), ">empty<") {
			t.Errorf("the legend has %d lines of one name, or one without points", n)
		}
		b, err := c.PNG()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(b)); err != nil {
			t.Error(err)
		}
	}
	if _, err := (&Chart{}).SVG(); err != nil {
		t.Errorf("a chart without lines: %v", err)
	}
}

// TestZero: an axis that is to show zero contains it, on either side of the lines.
func TestZero(t *testing.T) {
	for _, y := range [][]float64{{0.5, 0.7}, {-3, -2}} {
		for _, zero := range []bool{false, true} {
			c := Chart{Zero: zero, Lines: []Line{{Name: "a", X: []float64{0, 1}, Y: y}}}
			p, _, err := c.plot()
			if err != nil {
				t.Fatal(err)
			}
			if contains := p.Y.Min <= 0 && p.Y.Max >= 0; contains != zero {
				t.Errorf("lines at %v: an axis from %v to %v", y, p.Y.Min, p.Y.Max)
			}
		}
	}
}

// TestStyle: a line that is given a style has it whatever is drawn beside it.
func TestStyle(t *testing.T) {
	draw := func(lines ...Line) string {
		t.Helper()
		c := Chart{Small: true, Low: 1, High: 2, Lines: lines}
		svg, err := c.SVG()
		if err != nil {
			t.Fatal(err)
		}
		return string(svg)
	}
	at := func(name string, style int) Line {
		return Line{Name: name, X: []float64{0, 1}, Y: []float64{1, 2}, Style: style}
	}
	const blue = "#0072B2"
	if !strings.Contains(draw(at("mean", 6)), blue) || !strings.Contains(draw(at("x", 0), at("y", 0), at("mean", 6)), blue) || strings.Contains(draw(at("x", 0)), blue) {
		t.Error("a style is not that of its number")
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      []string
	}{
		{-20, 40, []string{"−20", "−10", "0", "10", "20", "30", "40"}},
		{0, 1, []string{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{-0.031, 0.02, []string{"−0.03", "−0.02", "−0.01", "0", "0.01", "0.02"}},
	} {
		var got []string
		for _, tick := range ticks(false).Ticks(c.low, c.high) {
			got = append(got, tick.Label)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("ticks from %v to %v: %v, want %v", c.low, c.high, got, c.want)
		}
	}
	if n := len(ticks(false).Ticks(3, 3)); n != 1 {
		t.Errorf("%d ticks on a point", n)
	}
}
