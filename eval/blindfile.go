package eval

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
	BlindModel   Blind = "model"   // what fits the network best, see ModelSNR
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

// blind estimates the SNR of a file in dB.
func (s *Subject) blind(ctx context.Context, b Blind, m *media.Media, p pieces) (float64, error) {
	shape := s.planes(m, p)
	if b == BlindAuto {
		b = BlindModel
		if _, ok := p.(*tiled); ok && shape[1] > 1 {
			sigma := min(classical.SigmaMAD(m.X, shape), classical.SigmaPatches(m.X, shape))
			return s.fileSNR(p, sigma)
		}
	}
	switch b {
	case BlindMAD:
		return s.fileSNR(p, classical.SigmaMAD(m.X, shape))
	case BlindPatches:
		return s.fileSNR(p, classical.SigmaPatches(m.X, shape))
	}
	n, dim := min(p.count(), maxBlindPieces), s.Predictor.Dim()
	y := make([]float64, n*dim)
	for i := range n {
		p.cut(y[i*dim:][:dim], i*p.count()/n)
	}
	s.normalize(y)
	return ModelSNR(ctx, s.Schedule, s.Predictor, y)
}

// planes returns the form (C,H,W) of what the noise is estimated on, as images
// of height one where there are no images.
func (s *Subject) planes(m *media.Media, p pieces) [3]int {
	shape := s.Shape
	switch t, ok := p.(*tiled); {
	case ok:
		return t.image
	case m.Kind == media.Audio:
		return [3]int{1, 1, m.Shape[1]}
	case len(shape) == 3:
		return [3]int(shape)
	}
	return [3]int{shape[0], 1, shape[1]}
}

// fileSNR is the inverse of fileSigma, at most maxSNR.
func (s *Subject) fileSNR(p pieces, sigma float64) (float64, error) {
	if math.IsNaN(sigma) {
		return 0, configs.Usagef("--snr auto: the noise cannot be estimated; give its SNR in dB")
	}
	const maxSNR = 200 // of files that have no noise
	return min(-10*math.Log10(sigma*sigma*s.noisePower(p)), maxSNR), nil
}
