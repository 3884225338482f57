// Package imagegrid draws samples that are images side by side.
package imagegrid

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
)

// Gap is how many black pixels are between two images.
const Gap = 2

// Image is what a grid is drawn as: grey or RGB.
type Image = draw.Image

// Fits tells whether samples of a shape can be drawn: (1,H,W) or (3,H,W).
func Fits(shape []int) bool { return len(shape) == 3 && (shape[0] == 1 || shape[0] == 3) }

// Draw draws the samples in x, one after the other, which are grey (1,H,W) or RGB
// (3,H,W), in rows of so many columns, or as a square if columns is 0 or less.
// Black is low, white is high; values beyond them are clipped, and what is no
// number is black.
func Draw(x []float64, shape []int, columns int, low, high float64) Image {
	c, h, w := shape[0], shape[1], shape[2]
	n := len(x) / (c * h * w)
	if columns <= 0 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	columns = min(columns, n)
	rows := (n + columns - 1) / columns
	bounds := image.Rect(0, 0, columns*(w+Gap)-Gap, rows*(h+Gap)-Gap)
	var img Image = image.NewGray(bounds)
	if c == 3 {
		img = image.NewNRGBA(bounds)
	}
	draw.Draw(img, bounds, image.Black, image.Point{}, draw.Src)
	level := func(v float64) uint8 {
		v = (v - low) / (high - low)
		if math.IsNaN(v) {
			return 0
		}
		return uint8(math.RoundToEven(math.MaxUint8 * min(max(v, 0), 1)))
	}
	i := 0
	for x := range slices.Chunk(x, c*h*w) {
		left, top := i%columns*(w+Gap), i/columns*(h+Gap)
		for p := range h * w {
			pixel := color.NRGBA{R: level(x[p]), A: math.MaxUint8}
			pixel.G, pixel.B = pixel.R, pixel.R
			if c == 3 {
				pixel.G, pixel.B = level(x[h*w+p]), level(x[2*h*w+p])
			}
			img.Set(left+p%w, top+p/w, pixel)
		}
		i++
	}
	return img
}
