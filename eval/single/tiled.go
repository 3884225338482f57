package single

import (
	"fmt"

	"github.com/condmean/condmean/eval/tiles"
)

// tiled are images (C,H,W) of one size, each cut into overlapping tiles of the
// network's size, or continued to it.
type tiled struct {
	x       []float64
	image   [3]int
	tile    []int // (C,h,w)
	plan    tiles.Plan
	blender *tiles.Blender // of the image that is being put together
}

// newTiled returns the tiles of len(x)/(C·H·W) images. The images' channels are
// those of the network.
func newTiled(x []float64, image [3]int, tile []int) *tiled {
	return &tiled{x: x, image: image, tile: tile, plan: tiles.New(image[1], image[2], tile[1], tile[2])}
}

func (t *tiled) dim() int    { return t.image[0] * t.image[1] * t.image[2] }
func (t *tiled) images() int { return len(t.x) / t.dim() }
func (t *tiled) count() int  { return t.images() * t.plan.Count() }

func (t *tiled) cut(dst []float64, i int) {
	each := t.plan.Count()
	t.plan.Cut(dst, t.x[i/each*t.dim():][:t.dim()], i%each)
}

func (t *tiled) put(xhat []float64, i int) {
	each := t.plan.Count()
	if i%each == 0 {
		t.blender = t.plan.Blender(t.image[0])
	}
	if t.blender.Add(xhat, i%each); i%each == each-1 {
		t.blender.Result(t.x[i/each*t.dim():][:t.dim()])
	}
}

func (t *tiled) result() []float64 { return t.x }
func (t *tiled) noise() float64    { return 1 }

func (t *tiled) String() string {
	if t.image[1] == 1 {
		return fmt.Sprintf("%s of %d samples in pieces of %d", plural(t.images(), "signal"), t.image[2], t.tile[2])
	}
	what := plural(t.images(), "image")
	if t.image[0] == 1 {
		what = plural(t.images(), "grey plane")
	}
	return fmt.Sprintf("%s of %d×%d in tiles of %d×%d", what, t.image[1], t.image[2], t.tile[1], t.tile[2])
}
