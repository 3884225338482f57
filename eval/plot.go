package eval

import (
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
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
	p.Legend.Padding = vg.Points(3)
	p.X.Padding, p.Y.Padding = vg.Points(6), vg.Points(6)
	p.X.Tick.Marker, p.Y.Tick.Marker = every5, every5
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
	const width, height = 16 * vg.Centimeter, 11 * vg.Centimeter
	var to interface {
		vg.CanvasSizer
		io.WriterTo
	} = vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(192))}
	if format == "svg" {
		to = vgsvg.New(width, height)
	}
	p.Draw(draw.New(to))
	_, err := to.WriteTo(w)
	return err
}

// every5 puts a labelled tick at every multiple of 5 dB.
var every5 = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	for x := 5 * math.Ceil(lo/5); x <= hi; x += 5 {
		ticks = append(ticks, plot.Tick{Value: x, Label: dB(x)})
	}
	return ticks
})
