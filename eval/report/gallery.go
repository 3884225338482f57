package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/png"

	"github.com/condmean/condmean/eval/chart"
	"github.com/condmean/condmean/internal/imagegrid"
)

// gallery shows the samples at one SNR: a row for each method, a picture of each
// sample.
type gallery struct {
	SNR   float64
	Label string // of the noise level
	Rows  []galleryRow
}

type galleryRow struct {
	Method   string
	Pictures []picture
}

// picture is an image, or a plot of a signal.
type picture struct {
	Image template.URL
	Width int // in pixels of the page
	Plot  template.HTML
	NMSE  string
}

// gallery draws the examples: images in the data's units, signals as lines.
func (r *Report) gallery() ([]gallery, error) {
	var list []gallery
	for start := 0; start < len(r.Examples); {
		end := start
		for end < len(r.Examples) && r.Examples[end].SNR == r.Examples[start].SNR {
			end++
		}
		g, err := r.galleryOf(r.Examples[start:end])
		if err != nil {
			return nil, err
		}
		list = append(list, g)
		start = end
	}
	return list, nil
}

func (r *Report) galleryOf(list []Example) (gallery, error) {
	g := gallery{SNR: list[0].SNR, Label: number(list[0].SNR) + " dB"}
	for i, db := range r.SNRs {
		switch {
		case db != g.SNR:
		case r.Sigmas != nil:
			g.Label = fmt.Sprintf("σ = %g/255 (%s dB)", r.Sigmas[i], number(db))
		case r.SigmasData != nil:
			g.Label = fmt.Sprintf("σ = %g (%s dB)", r.SigmasData[i], number(db))
		}
	}
	clean := list[0]
	n := len(clean.Errors)
	for _, e := range list {
		if e.Method == "ls" || r.Image == nil && e.Method == "clean" {
			continue // the noisy samples themselves; drawn beneath the others
		}
		row := galleryRow{Method: e.Method}
		d := len(e.X) / n
		for i := range n {
			p, err := r.picture(e.X[i*d:][:d], clean.X[i*d:][:d])
			if err != nil {
				return g, err
			}
			if e.Method != "clean" {
				p.NMSE = inDB(Float(e.Errors[i]/power(clean.X[i*d:][:d]))) + " dB"
			}
			row.Pictures = append(row.Pictures, p)
		}
		g.Rows = append(g.Rows, row)
	}
	return g, nil
}

func power(x []float32) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return s
}

func (r *Report) picture(x, clean []float32) (picture, error) {
	if r.Image != nil {
		return r.Image.picture(x)
	}
	c := chart.Chart{Small: true, Lines: []chart.Line{signal("estimate", x), signal("clean", clean)}}
	c.Lines[1].Dashed = true
	svg, err := c.SVG()
	return picture{Plot: inline(svg)}, err
}

func signal(name string, x []float32) chart.Line {
	l := chart.Line{Name: name}
	for i, v := range x {
		l.X, l.Y = append(l.X, float64(i)), append(l.Y, float64(v))
	}
	return l
}

// picture draws a sample of one (grey) or three channels (RGB), clipped to the
// data's range; of other numbers of channels it draws the first.
func (m *Image) picture(x []float32) (picture, error) {
	values := make([]float64, len(x))
	for i, v := range x {
		values[i] = float64(v)
	}
	m.Norm.InvertBatch(values)
	shape := m.Shape
	if !imagegrid.Fits(shape[:]) {
		shape[0] = 1
	}
	img := imagegrid.Draw(values[:shape[0]*shape[1]*shape[2]], shape[:], 1, m.Low, m.Low+m.Range)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return picture{}, err
	}
	const least = 84 // pixels of the page
	return picture{Image: dataURI(b.Bytes()), Width: max(least, min(shape[2], 2*least))}, nil
}
