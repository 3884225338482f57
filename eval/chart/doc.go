// Package chart draws lines over an axis, as SVG and as PNG.
//
//	c := chart.Chart{Title: "gmm64", X: "SNR / dB", Y: "NMSE / dB"}
//	c.Lines = append(c.Lines, chart.Line{Name: "mean", X: snr, Y: nmse})
//	svg, err := c.SVG()
package chart
