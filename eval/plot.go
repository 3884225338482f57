package eval

import (
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is that of Okabe and Ito, which colour-blind readers can tell apart.
var palette = []color.Color{
	color.RGBA{0, 0, 0, 255}, color.RGBA{230, 159, 0, 255}, color.RGBA{86, 180, 233, 255}, color.RGBA{0, 158, 115, 255},
	color.RGBA{204, 121, 167, 255}, color.RGBA{0, 114, 178, 255}, color.RGBA{213, 94, 0, 255}, color.RGBA{150, 150, 150, 255},
}

var shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}, draw.PlusGlyph{}, draw.RingGlyph{}, draw.PyramidGlyph{}, draw.BoxGlyph{}}

// plot draws NMSE over SNR, both in dB; baselines are dashed.
func (r *Report) plot(w io.Writer, format string) error {
	p := plot.New()
	p.Title.Text = r.Name
	p.X.Label.Text, p.Y.Label.Text = "SNR / dB", "NMSE / dB"
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	for k, name := range r.Columns {
		var xy plotter.XYs
		dashed := false
		for i, db := range r.SNRs {
			row := r.Rows[i*len(r.Columns)+k]
			dashed = row.baseline
			if !math.IsInf(row.NMSEdB, 0) {
				xy = append(xy, plotter.XY{X: db, Y: row.NMSEdB})
			}
		}
		if len(xy) == 0 {
			continue
		}
		line, points, err := plotter.NewLinePoints(xy)
		if err != nil {
			return err
		}
		line.Color, points.Color = palette[k%len(palette)], palette[k%len(palette)]
		line.Width = vg.Points(1.2)
		points.Shape = shapes[k%len(shapes)]
		if dashed {
			line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
		}
		p.Add(line, points)
		p.Legend.Add(name, line, points)
	}
	to, err := p.WriterTo(16*vg.Centimeter, 11*vg.Centimeter, format)
	if err != nil {
		return err
	}
	_, err = to.WriteTo(w)
	return err
}
