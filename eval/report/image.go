package report

import "github.com/condmean/condmean/data"

// Image says how normalised samples become images in the data's units.
type Image struct {
	Shape [3]int // (C,H,W)
	Norm  *data.Norm
	Low   float64 // least value
	Range float64 // of the data, from Low on, for PSNR and SSIM
	Known bool    // both are those of the format, 8 bits in [0,1]; else of the train split
}

// White reports whether white noise stays white in the data's units.
func (m *Image) White() bool { return len(m.Norm.Scale) == 1 }
