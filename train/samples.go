package train

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/data"
)

// SamplesDir is the folder of the pictures step-N.png inside a run's folder.
const SamplesDir = "samples"

const (
	gridColumns = 8 // samples in a row
	gridGap     = 2 // pixels between samples
)

// grid is a picture of samples of a data set of images. All methods of a nil
// grid, as other data have, do nothing.
type grid struct {
	norm  *data.Norm
	shape []int       // of a sample: (1,H,W) grey, or (3,H,W) RGB
	rows  [][]float32 // samples in the data's own units; the last row are the clean ones
}

// newGrid returns nil unless the samples are images.
func newGrid(set *data.Set) *grid {
	shape := set.Shape()
	if len(shape) != 3 || shape[0] != 1 && shape[0] != 3 {
		return nil
	}
	return &grid{norm: set.Norm, shape: shape}
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

// image draws the grid. Black and white are 0 and 1, or the ends of the clean
// samples' range where that is wider.
func (g *grid) image() image.Image {
	c, h, w := g.shape[0], g.shape[1], g.shape[2]
	clean := g.rows[len(g.rows)-1]
	low, high := float32(0), float32(1)
	for _, v := range clean {
		low, high = min(low, v), max(high, v)
	}
	level := func(v float32) uint8 {
		v = min(max((v-low)/(high-low), 0), 1)
		if v != v {
			return 0 // NaN has no colour
		}
		return uint8(math.Round(255 * float64(v)))
	}
	columns := len(clean) / (c * h * w)
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

// showSamples writes the grid of a validation to the run's folder and to
// TensorBoard.
func (t *trainer) showSamples(g *grid) error {
	if g == nil {
		return nil
	}
	img := g.image()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("train: samples: %w", err)
	}
	dir := filepath.Join(t.dir, SamplesDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := replaceFile(filepath.Join(dir, fmt.Sprintf("step-%d.png", t.at.Step)), b.Bytes()); err != nil {
		return err
	}
	size := img.Bounds().Size()
	return t.metrics.events.Image(int64(t.at.Step), SamplesDir, size.Y, size.X, g.shape[0], b.Bytes())
}
