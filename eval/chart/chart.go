package chart

import (
	"bytes"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Chart is a set of lines. Points that are not finite are left out.
type Chart struct {
	Title, X, Y string
	Lines       []Line
	Zero        bool    // draw the line y = 0, which the axis then contains
	Reverse     bool    // x falls from left to right
	Small       bool    // half the size, without legend and marks, for many beside one another
	Low, High   float64 // of the y axis; both 0 means what the lines need
}

// Line is one line of a chart.
type Line struct {
	Name   string
	X, Y   []float64
	Error  []float64 // half widths of intervals, or nil; those that are not finite are not drawn
	Dashed bool
	Plain  bool // without marks at the points
	Style  int  // number of its colour and mark, from 1 on; 0: the next free one
}

// palette is that of Okabe and Ito, which colour-blind readers can tell apart.
var palette = []color.Color{
	color.RGBA{0, 0, 0, 255}, color.RGBA{230, 159, 0, 255}, color.RGBA{86, 180, 233, 255}, color.RGBA{0, 158, 115, 255},
	color.RGBA{204, 121, 167, 255}, color.RGBA{0, 114, 178, 255}, color.RGBA{213, 94, 0, 255}, color.RGBA{150, 150, 150, 255},
}

var shapes = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}, draw.PlusGlyph{}, draw.RingGlyph{}, draw.PyramidGlyph{}, draw.BoxGlyph{}}

// SVG returns the chart as an SVG document.
func (c *Chart) SVG() ([]byte, error) {
	w, h := c.size()
	return c.render(vgsvg.New(w, h))
}

// PNG returns the chart as a PNG image of 192 pixels an inch.
func (c *Chart) PNG() ([]byte, error) {
	w, h := c.size()
	return c.render(vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(192))})
}

func (c *Chart) size() (width, height vg.Length) {
	if c.Small {
		return 6 * vg.Centimeter, 3.6 * vg.Centimeter
	}
	return 17 * vg.Centimeter, 10 * vg.Centimeter
}

func (c *Chart) render(to interface {
	vg.CanvasSizer
	io.WriterTo
}) ([]byte, error) {
	p, legend, err := c.plot()
	if err != nil {
		return nil, err
	}
	all := draw.New(to)
	if !c.Small {
		const gap = 10 // points between plot and legend
		width := legend.Rectangle(all).Size().X + vg.Points(4)
		legend.Draw(draw.Crop(all, all.Size().X-width, 0, 0, -vg.Points(22)))
		all = draw.Crop(all, 0, -width-vg.Points(gap), 0, 0)
	}
	p.Draw(all)
	var b bytes.Buffer
	_, err = to.WriteTo(&b)
	return b.Bytes(), err
}

// plot sets the chart; the legend stands beside it.
func (c *Chart) plot() (*plot.Plot, *plot.Legend, error) {
	p, legend := plot.New(), plot.NewLegend()
	c.style(p, &legend)
	if c.Zero {
		zero := plotter.NewFunction(func(float64) float64 { return 0 })
		zero.Color = color.Gray{128}
		p.Add(zero)
	}
	style, free := map[string]int{}, 0
	for _, l := range c.Lines {
		points := l.points()
		if len(points.XYs) == 0 {
			continue
		}
		k, known := style[l.Name]
		if !known {
			if k = l.Style - 1; k < 0 {
				k = free
				free++
			}
			style[l.Name] = k
		}
		thumbs, err := l.add(p, points, k, c.Small)
		if err != nil {
			return nil, nil, err
		}
		if !known {
			legend.Add(l.Name, thumbs...)
		}
	}
	if c.Zero && len(style) > 0 {
		p.Y.Min, p.Y.Max = min(p.Y.Min, 0), max(p.Y.Max, 0)
	}
	if c.Low != 0 || c.High != 0 {
		p.Y.Min, p.Y.Max = c.Low, c.High
	}
	return p, &legend, nil
}

func (c *Chart) style(p *plot.Plot, legend *plot.Legend) {
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.X, c.Y
	size := vg.Points(10)
	if c.Small {
		size = vg.Points(7)
	}
	for _, s := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &legend.TextStyle} {
		s.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	}
	p.Title.Padding = vg.Points(6)
	legend.Top, legend.Left, legend.Padding = true, true, vg.Points(3)
	p.X.Padding, p.Y.Padding = vg.Points(4), vg.Points(4)
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks(c.Small), ticks(c.Small)
	if c.Reverse {
		p.X.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	}
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{225}, color.Gray{225}
	p.Add(grid)
}

// bars is a line with intervals.
type bars struct {
	plotter.XYs
	plotter.YErrors
}

// points returns the finite points of a line.
func (l *Line) points() (b bars) {
	for i, y := range l.Y {
		if !finite(y) || !finite(l.X[i]) {
			continue
		}
		b.XYs = append(b.XYs, plotter.XY{X: l.X[i], Y: y})
		e := 0.0
		if l.Error != nil && finite(l.Error[i]) {
			e = l.Error[i]
		}
		b.YErrors = append(b.YErrors, struct{ Low, High float64 }{e, e})
	}
	return b
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// add draws a line in style k.
func (l *Line) add(p *plot.Plot, at bars, k int, small bool) ([]plot.Thumbnailer, error) {
	line, points, err := plotter.NewLinePoints(at.XYs)
	if err != nil {
		return nil, err
	}
	colour := palette[k%len(palette)]
	line.Color, points.Color, points.Shape, points.Radius = colour, colour, shapes[(k+k/len(palette))%len(shapes)], vg.Points(2.5)
	line.Width = vg.Points(1.2)
	if l.Dashed {
		line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	p.Add(line)
	if small || l.Plain {
		return []plot.Thumbnailer{line}, nil
	}
	p.Add(points)
	if l.Error != nil {
		e, err := plotter.NewYErrorBars(at)
		if err != nil {
			return nil, err
		}
		e.Color, e.CapWidth = colour, vg.Points(4)
		p.Add(e)
	}
	return []plot.Thumbnailer{line, points}, nil
}
