package eval

import (
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/quality"
)

// Convention says how noise levels are named and images are compared.
type Convention string

const (
	ConventionFloat Convention = "float" // SNRs in dB; estimates neither clipped nor rounded (default)
	ConventionKair  Convention = "kair"  // noise levels σ/255 on images in [0,1]; estimates clipped and rounded to 8 bits
)

// ParseConvention reads a Convention; "" is ConventionFloat.
func ParseConvention(s string) (Convention, error) {
	switch c := Convention(s); c {
	case "":
		return ConventionFloat, nil
	case ConventionFloat, ConventionKair:
		return c, nil
	}
	return "", fmt.Errorf("%q is unknown, want float or kair", s)
}

// mostPSNR stands for that of an image that is met exactly, in dB.
const mostPSNR = 100

// setSigmas replaces the SNRs of the request by those of noise levels σ/255.
func (r *Request) setSigmas(sigmas []float64) error {
	m := r.Image
	switch {
	case m == nil || !m.Known:
		return configs.Usagef("--convention kair: the data are no 8-bit images")
	case !m.white():
		return configs.Usagef("--convention kair: data.normalize = dimension does not leave noise white in the images")
	case len(sigmas) == 0:
		return configs.Usagef("--convention kair: name the noise levels by --sigma, such as 15,25,50")
	}
	r.Sigmas, r.SNRs = sigmas, nil
	for _, sigma := range sigmas {
		if !(sigma > 0) {
			return configs.Usagef("--sigma %v: want noise levels above 0, in units of 1/255", sigma)
		}
		r.SNRs = append(r.SNRs, 20*math.Log10(m.Norm.Scale[0]*255/sigma))
	}
	return nil
}

// compare writes PSNR and SSIM of the estimates of images, one of each a sample.
func (r *Request) compare(psnr, ssim, x, xhat []float64) {
	m, d := r.Image, r.Predictor.Dim()
	type scratch struct{ a, b []float64 }
	work := make([]scratch, r.Pool.Threads())
	r.Pool.Do(len(x)/d, func(i, worker int) {
		w := &work[worker]
		if w.a == nil {
			*w = scratch{make([]float64, d), make([]float64, d)}
		}
		m.restore(w.a, x[i*d:][:d])
		m.restore(w.b, xhat[i*d:][:d])
		if r.Convention == ConventionKair {
			quality.RoundKair(w.a, w.a)
			quality.RoundKair(w.b, w.b)
		}
		psnr[i] = min(quality.PSNR(w.a, w.b, m.Range), mostPSNR)
		ssim[i] = quality.SSIM(w.a, w.b, m.Shape, m.Range)
	})
}
