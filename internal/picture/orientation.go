package picture

import (
	"image"
	"image/color"
)

// orientation says, as EXIF does, on which sides of the picture as it is shown
// the first stored row and the first stored column lie:
//
//	     1     2      3       4       5     6      7       8
//	row  top   top    bottom  bottom  left  right  right   left
//	col  left  right  right   left    top   top    bottom  bottom
type orientation uint8

const upright orientation = 1

// swaps tells whether stored rows are shown as columns.
func (o orientation) swaps() bool { return o >= 5 }

// size returns the size as shown of a stored picture of w×h pixels, and the
// other way round.
func (o orientation) size(w, h int) (width, height int) {
	if o.swaps() {
		return h, w
	}
	return w, h
}

// stored returns where the pixel that is shown at column x and row y lies in the
// stored picture of w×h pixels.
func (o orientation) stored(x, y, w, h int) (column, row int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// turned shows a stored picture upright, without a copy of it.
type turned struct {
	image.RGBA64Image
	by orientation
}

var _ image.RGBA64Image = (*turned)(nil)

func (t *turned) Bounds() image.Rectangle {
	w, h := t.by.size(t.RGBA64Image.Bounds().Dx(), t.RGBA64Image.Bounds().Dy())
	return image.Rect(0, 0, w, h)
}

func (t *turned) at(x, y int) (int, int) {
	from := t.RGBA64Image.Bounds()
	column, row := t.by.stored(x, y, from.Dx(), from.Dy())
	return from.Min.X + column, from.Min.Y + row
}

func (t *turned) At(x, y int) color.Color {
	return t.RGBA64Image.At(t.at(x, y))
}

func (t *turned) RGBA64At(x, y int) color.RGBA64 {
	return t.RGBA64Image.RGBA64At(t.at(x, y))
}
