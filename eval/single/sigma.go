package single

import (
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/media"
	"github.com/condmean/condmean/internal/foreign"
)

// Unit is what a noise level is a multiple of.
type Unit string

// The units of noise levels.
const (
	Unit255  Unit = "255"  // 1/255 of the range of pixels (default)
	UnitData Unit = "data" // the file's own
)

// ParseUnit reads a Unit; "" is Unit255.
func ParseUnit(text string) (Unit, error) {
	switch u := Unit(text); u {
	case "":
		return Unit255, nil
	case Unit255, UnitData:
		return u, nil
	}
	return "", configs.Usagef("--unit %s: want 255, the usual unit of images, or data, the file's own", foreign.Quote(text))
}

// told returns the SNR of a file with noise of a level.
func (f file) told(p pieces, sigma float64, unit Unit) (float64, error) {
	if unit != UnitData {
		if !f.pixels() {
			return 0, configs.Usagef("--sigma %v: the file holds no pixels, which 1/255 is a unit of; give it in the file's own units, with --unit data", sigma)
		}
		sigma /= 255
	}
	return f.SNR(sigma * math.Sqrt(p.noise())), nil
}

// pixels tells whether values are known to be those of images in [0,1].
func (f file) pixels() bool {
	if f.media.Kind == media.Image {
		return true
	}
	c := f.Config().Data
	return f.media.Kind == media.Array && len(f.Shape()) == 3 && !f.media.Complex && c.Pixels()
}
