package single

import (
	"bytes"
	"fmt"
	"image/png"
	"path/filepath"
	"slices"
	"strings"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/imagegrid"
)

// checkOutput tells what keeps Write from writing a file, as far as that can be
// known before there are samples.
func (g *Generated) checkOutput(path string) error {
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case ext != ".npy" && ext != ".png":
		return fmt.Errorf("%s: want an .npy or a .png file", path)
	case ext == ".png" && !imagegrid.Fits(g.Shape):
		return fmt.Errorf("%s: samples of shape %v are no grey or RGB images; name an .npy file", path, g.Shape)
	}
	return atomicfile.Check(path)
}

// Write replaces a file by the samples: an .npy array (n, shape…) of float32, of
// float64 where float32 does not resolve the data's units, or a .png picture of
// all of them in a grid of so many columns, 0 for a square one. Black and white
// are 0 and 1, or if the data came as arrays, whose range is not known, the 0.5 %
// and 99.5 % quantiles of all values.
func (g *Generated) Write(path string, columns int) error {
	err := g.checkOutput(path)
	if err != nil {
		return configs.Usagef("--out: %w", err)
	}
	var b bytes.Buffer
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		n := len(g.X) / dims.Count(g.Shape)
		a := weights.FromFloat64("", append([]int{n}, g.Shape...), g.X)
		if !g.wide {
			a = weights.FromFloat32("", a.Shape, a.Float32())
		}
		err = weights.WriteNPY(&b, a)
	} else {
		low, high := g.limits()
		err = png.Encode(&b, imagegrid.Draw(g.X, g.Shape, columns, low, high))
	}
	if err == nil {
		err = atomicfile.Write(path, b.Bytes())
	}
	if err != nil {
		return configs.Usagef("--out: %w", err)
	}
	return nil
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
