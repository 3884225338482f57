package train

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/sched"
)

// SamplesDir is the folder of the pictures step-N.png and generated-step-N.png
// inside a run's folder.
const SamplesDir = "samples"

const (
	gridColumns = 8 // samples in a row
	gridGap     = 2 // pixels between samples
)

// grid is a picture of samples of a data set of images. All methods of a nil
// grid, as other data have, do nothing.
type grid struct {
	norm      *data.Norm
	shape     []int       // of a sample: (1,H,W) grey, or (3,H,W) RGB
	rows      [][]float32 // samples in the data's own units
	low, high float32     // black and white
}

// newGrid returns nil unless the samples are images.
func newGrid(set *data.Set) *grid {
	shape := set.Shape()
	if len(shape) != 3 || shape[0] != 1 && shape[0] != 3 {
		return nil
	}
	return &grid{norm: set.Norm, shape: shape, high: 1}
}

// add adds a row of the first of some normalised samples.
func (g *grid) add(samples []float64) {
	if g == nil {
		return
	}
	dim := g.shape[0] * g.shape[1] * g.shape[2]
	row := make([]float32, min(len(samples), gridColumns*dim))
	for k := range row {
		row[k] = float32(samples[k])
	}
	for first := 0; first < len(row); first += dim {
		g.norm.Invert(row[first:][:dim])
	}
	g.rows = append(g.rows, row)
}

// addClean adds a row of clean samples. Black and white are 0 and 1, or the
// ends of their range where that is wider.
func (g *grid) addClean(samples []float64) {
	g.add(samples)
	if g == nil {
		return
	}
	for _, v := range g.rows[len(g.rows)-1] {
		g.low, g.high = min(g.low, v), max(g.high, v)
	}
}

// image draws the grid, whose rows have one length.
func (g *grid) image() image.Image {
	c, h, w := g.shape[0], g.shape[1], g.shape[2]
	level := func(v float32) uint8 {
		v = min(max((v-g.low)/(g.high-g.low), 0), 1)
		if v != v {
			return 0 // NaN has no colour
		}
		return uint8(math.Round(255 * float64(v)))
	}
	columns := len(g.rows[0]) / (c * h * w)
	bounds := image.Rect(0, 0, columns*(w+gridGap)-gridGap, len(g.rows)*(h+gridGap)-gridGap)
	var img draw.Image = image.NewGray(bounds)
	if c == 3 {
		img = image.NewNRGBA(bounds)
	}
	draw.Draw(img, bounds, image.Black, image.Point{}, draw.Src)
	for r, row := range g.rows {
		for i := range columns {
			x := row[i*c*h*w:][:c*h*w]
			for p := range h * w {
				pixel := color.NRGBA{R: level(x[p]), A: 255}
				pixel.G, pixel.B = pixel.R, pixel.R
				if c == 3 {
					pixel.G, pixel.B = level(x[h*w+p]), level(x[2*h*w+p])
				}
				img.Set(i*(w+gridGap)+p%w, r*(h+gridGap)+p/w, pixel)
			}
		}
	}
	return img
}

// generatedRows of samples are drawn by a chain of generatedSteps levels.
const (
	generatedRows  = 2
	generatedSteps = 25
)

// generate fills a grid like g with samples that the network generates from
// pure noise, which is always the same: a short DDIM chain, to see how they
// come along; the generator proper uses all levels.
func (t *trainer) generate(ctx context.Context, p sched.Predictor, g *grid) (*grid, error) {
	if g == nil {
		return nil, nil
	}
	x, err := t.diffuser.s.Generate(ctx, p, generatedRows*gridColumns, sched.GenerateOptions{
		Method: sched.MethodDDIM, Steps: min(generatedSteps, t.diffuser.s.T), Seed: t.cfg.Seed})
	if err != nil {
		return nil, err
	}
	of := &grid{norm: g.norm, shape: g.shape, low: g.low, high: g.high}
	for row := range generatedRows {
		of.add(x[row*len(x)/generatedRows:][:len(x)/generatedRows])
	}
	return of, nil
}

// show writes a picture to the run's folder and to TensorBoard, under the tag.
func (t *trainer) show(g *grid, tag, prefix string) error {
	if g == nil {
		return nil
	}
	img := g.image()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("train: %s: %w", tag, err)
	}
	dir := filepath.Join(t.dir, SamplesDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := replaceFile(filepath.Join(dir, fmt.Sprintf("%sstep-%d.png", prefix, t.at.Step)), b.Bytes()); err != nil {
		return err
	}
	size := img.Bounds().Size()
	return t.metrics.events.Image(int64(t.at.Step), tag, size.Y, size.X, g.shape[0], b.Bytes())
}
