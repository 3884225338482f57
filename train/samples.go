package train

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"

	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/internal/imagegrid"
	"github.com/condmean/condmean/sched"
)

// SamplesDir is the folder of the pictures step-N.png and generated-step-N.png
// inside a run's folder.
const SamplesDir = "samples"

// gridColumns is how many samples are in a row.
const gridColumns = 8

// grid is a picture of samples of a data set of images. All methods of a nil
// grid, as other data have, do nothing.
type grid struct {
	norm      *data.Norm
	shape     []int     // of a sample: (1,H,W) grey, or (3,H,W) RGB
	columns   int       // samples in a row
	x         []float64 // samples in the data's own units, row by row
	low, high float64   // black and white
}

// newGrid returns nil unless the samples are images.
func newGrid(set *data.Set) *grid {
	shape := set.Shape()
	if !imagegrid.Fits(shape) {
		return nil
	}
	return &grid{norm: set.Norm, shape: shape, high: 1}
}

// add adds a row of the first of some normalised samples, as many each time.
func (g *grid) add(samples []float64) {
	if g == nil {
		return
	}
	dim := g.shape[0] * g.shape[1] * g.shape[2]
	g.columns = min(len(samples)/dim, gridColumns)
	g.x = append(g.x, samples[:g.columns*dim]...)
	g.norm.InvertBatch(g.x[len(g.x)-g.columns*dim:])
}

// addClean adds a row of clean samples. Black and white are 0 and 1, or the
// ends of their range where that is wider.
func (g *grid) addClean(samples []float64) {
	if g == nil {
		return
	}
	first := len(g.x)
	g.add(samples)
	for _, v := range g.x[first:] {
		g.low, g.high = min(g.low, v), max(g.high, v)
	}
}

// generatedRows of samples are drawn by a chain of generatedSteps levels.
const (
	generatedRows  = 2
	generatedSteps = 25
)

// generate fills a grid like g with samples that the network generates from
// pure noise, which is always the same: a short DDIM chain, to see how they
// come along; the generator proper uses all levels.
func generate(ctx context.Context, d *denoiser.Denoiser, g *grid, seed uint64) (*grid, error) {
	if g == nil {
		return nil, nil
	}
	x, err := d.Generate(ctx, generatedRows*gridColumns, denoiser.GenerateOptions{
		Normalized: true, Method: sched.MethodDDIM, Steps: min(generatedSteps, d.Schedule().T), Seed: seed})
	if err != nil {
		return nil, err
	}
	of := &grid{norm: g.norm, shape: g.shape, low: g.low, high: g.high}
	for row := range generatedRows {
		of.add(x[row*len(x)/generatedRows:][:len(x)/generatedRows])
	}
	return of, nil
}

// show writes the pictures of a look to the run's folder and to TensorBoard.
func (f *folder) show(step int, seen look) error {
	if err := f.picture(step, seen.denoised, "samples", ""); err != nil {
		return err
	}
	return f.picture(step, seen.generated, "generated", "generated-")
}

// picture writes one picture under the tag.
func (f *folder) picture(step int, g *grid, tag, prefix string) error {
	if g == nil {
		return nil
	}
	img := imagegrid.Draw(g.x, g.shape, g.columns, g.low, g.high)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("train: %s: %w", tag, err)
	}
	dir := filepath.Join(f.dir, SamplesDir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := replaceFile(filepath.Join(dir, fmt.Sprintf("%sstep-%d.png", prefix, step)), b.Bytes()); err != nil {
		return err
	}
	size := img.Bounds().Size()
	return f.metrics.events.Image(int64(step), tag, size.Y, size.X, g.shape[0], b.Bytes())
}
