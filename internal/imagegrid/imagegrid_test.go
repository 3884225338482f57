package imagegrid

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// Images are where they belong, the gaps between them are black, and values
// outside of the range are clipped.
func TestDraw(t *testing.T) {
	x := []float64{ // three grey images of 1×2
		-1, 0,
		1, 2,
		5, math.NaN(),
	}
	img := Draw(x, []int{1, 1, 2}, 0, 0, 2)
	if size := img.Bounds().Size(); size != (image.Point{2*2 + Gap, 2*1 + Gap}) {
		t.Fatalf("size %v", size)
	}
	for at, want := range map[image.Point]uint8{{0, 0}: 0, {1, 0}: 0, {2, 0}: 0, {4, 0}: 128, {5, 0}: 255, {0, 3}: 255, {1, 3}: 0, {4, 3}: 0} {
		if got := color.GrayModel.Convert(img.At(at.X, at.Y)).(color.Gray).Y; got != want {
			t.Errorf("pixel %v: %d, want %d", at, got, want)
		}
	}
	rgb := Draw([]float64{0, 1, 1, 0, 0.2, 0.4}, []int{3, 1, 2}, 7, 0, 1)
	if got, want := rgb.At(1, 0), (color.NRGBA{255, 0, 102, 255}); got != want {
		t.Errorf("pixel %v, want %v", got, want)
	}
	// A range of no width has no colour.
	if got := color.GrayModel.Convert(Draw([]float64{3}, []int{1, 1, 1}, 1, 3, 3).At(0, 0)).(color.Gray).Y; got != 0 {
		t.Errorf("a constant is drawn as %d", got)
	}
	for _, shape := range [][]int{{1, 2}, {2, 4, 4}, nil} {
		if Fits(shape) {
			t.Errorf("%v fits", shape)
		}
	}
}
