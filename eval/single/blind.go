package single

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/classical"
	"github.com/condmean/condmean/eval/media"
)

// Blind names a way to estimate the SNR of a file.
type Blind string

// The ways to estimate an SNR.
const (
	BlindAuto    Blind = "auto"    // for images in tiles the lower noise level of mad and patches, else model
	BlindMAD     Blind = "mad"     // wavelet coefficients, see classical.SigmaMAD
	BlindPatches Blind = "patches" // patch covariance, see classical.SigmaPatches
	BlindModel   Blind = "model"   // what fits the network best, see denoiser.Denoiser.EstimateSNR
)

// ParseBlind reads "auto" or "auto:" and mad, patches or model. ok is false if
// the text is none of this kind.
func ParseBlind(text string) (b Blind, ok bool, err error) {
	switch text {
	case "auto":
		return BlindAuto, true, nil
	case "auto:mad", "auto:patches", "auto:model":
		return Blind(text[len("auto:"):]), true, nil
	}
	const prefix = "auto"
	if len(text) >= len(prefix) && text[:len(prefix)] == prefix {
		return "", true, fmt.Errorf("%q: want auto, auto:mad, auto:patches or auto:model", text)
	}
	return "", false, nil
}

// maxBlindPieces is how many pieces the network looks at to estimate an SNR.
const maxBlindPieces = 128

// blind estimates the SNR of a file in dB, the network by at most so many pieces.
func (f file) blind(ctx context.Context, b Blind, p pieces, most int) (float64, error) {
	shape := f.planes(p)
	if b == BlindAuto {
		b = BlindModel
		if f.classical(p) {
			sigma := min(classical.SigmaMAD(f.media.X, shape), classical.SigmaPatches(f.media.X, shape))
			return f.snr(p, sigma)
		}
	}
	switch b {
	case BlindMAD:
		return f.snr(p, classical.SigmaMAD(f.media.X, shape))
	case BlindPatches:
		return f.snr(p, classical.SigmaPatches(f.media.X, shape))
	}
	n, dim := min(p.count(), most), f.Dim()
	y := make([]float64, n*dim)
	for i := range n {
		p.cut(y[i*dim:][:dim], i*p.count()/n)
	}
	return f.EstimateSNR(ctx, y, false)
}

// classical tells whether auto needs no network: for images in tiles.
func (f file) classical(p pieces) bool {
	_, ok := p.(*tiled)
	return ok && f.planes(p)[1] > 1
}

// planes returns the form (C,H,W) of what the noise is estimated on, as images
// of height one where there are no images.
func (f file) planes(p pieces) [3]int {
	shape := f.Shape()
	switch t, ok := p.(*tiled); {
	case ok:
		return t.image
	case f.media.Kind == media.Audio:
		return [3]int{1, 1, f.media.Shape[1]}
	case len(shape) == 3:
		return [3]int(shape)
	}
	return [3]int{shape[0], 1, shape[1]}
}

// snr returns that of noise in a file, in the file's units, at most maxSNR.
func (f file) snr(p pieces, sigma float64) (float64, error) {
	if math.IsNaN(sigma) {
		return 0, configs.Usagef("--snr auto: the noise cannot be estimated; give its SNR in dB")
	}
	const maxSNR = 200 // of files that have no noise
	return min(f.SNR(sigma*math.Sqrt(p.noise())), maxSNR), nil
}
