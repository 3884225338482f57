package eval

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
)

// gridGap is how many pixels are between the pictures of a grid.
const gridGap = 2

// checkOutput tells what keeps Write from writing a file, as far as that can be
// known before there are samples.
func (g *Generated) checkOutput(path string) error {
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case ext != ".npy" && ext != ".png":
		return fmt.Errorf("%s: want an .npy or a .png file", path)
	case ext == ".png" && (len(g.Shape) != 3 || g.Shape[0] != 1 && g.Shape[0] != 3):
		return fmt.Errorf("%s: samples of shape %v are no grey or RGB images; name an .npy file", path, g.Shape)
	}
	return atomicfile.Check(path)
}

// Write replaces a file by the samples: an .npy array (n, shape…) of float32, or
// a .png picture of all of them in a grid of so many columns, 0 for a square
// one. Black and white are 0 and 1, or if the data came as arrays, whose range
// is not known, the 0.5 % and 99.5 % quantiles of all values.
func (g *Generated) Write(path string, columns int) error {
	err := g.checkOutput(path)
	if err != nil {
		return configs.Usagef("--out: %w", err)
	}
	var b bytes.Buffer
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		n := len(g.X) / product(g.Shape)
		a := weights.FromFloat64("", append([]int{n}, g.Shape...), g.X)
		err = weights.WriteNPY(&b, weights.FromFloat32("", a.Shape, a.Float32()))
	} else {
		err = png.Encode(&b, g.grid(columns))
	}
	if err == nil {
		err = atomicfile.Write(path, b.Bytes())
	}
	if err != nil {
		return configs.Usagef("--out: %w", err)
	}
	return nil
}

// grid draws the samples, which are images.
func (g *Generated) grid(columns int) image.Image {
	c, h, w := g.Shape[0], g.Shape[1], g.Shape[2]
	n := len(g.X) / (c * h * w)
	if columns <= 0 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	columns = min(columns, n)
	rows := (n + columns - 1) / columns
	bounds := image.Rect(0, 0, columns*(w+gridGap)-gridGap, rows*(h+gridGap)-gridGap)
	var img draw.Image = image.NewGray(bounds)
	if c == 3 {
		img = image.NewNRGBA(bounds)
	}
	draw.Draw(img, bounds, image.Black, image.Point{}, draw.Src)
	low, high := g.limits()
	level := func(v float64) uint8 {
		return uint8(math.RoundToEven(255 * min(max((v-low)/(high-low), 0), 1)))
	}
	for i, x := range slices.Collect(slices.Chunk(g.X, c*h*w)) {
		left, top := i%columns*(w+gridGap), i/columns*(h+gridGap)
		for p := range h * w {
			pixel := color.NRGBA{R: level(x[p]), A: math.MaxUint8}
			pixel.G, pixel.B = pixel.R, pixel.R
			if c == 3 {
				pixel.G, pixel.B = level(x[h*w+p]), level(x[2*h*w+p])
			}
			img.Set(left+p%w, top+p/w, pixel)
		}
	}
	return img
}

// limits returns the values of black and white.
func (g *Generated) limits() (low, high float64) {
	if !g.stretch {
		return 0, 1
	}
	const tail = 0.005
	x := slices.Sorted(slices.Values(g.X))
	skip := int(tail * float64(len(x)))
	low, high = x[skip], x[len(x)-1-skip]
	if !(high > low) {
		high = low + 1
	}
	return low, high
}
