package eval

import (
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/quality"
)

// mostPSNR stands for that of an image that is met exactly, in dB.
const mostPSNR = 100

// setSigmas replaces the SNRs of the request by those of noise levels, which are in
// units of 1/255 unless they are in the data's.
func (r *Request) setSigmas(sigmas []float64, dataUnit bool) error {
	m, flag, unit := r.Image, "--sigma", 255.
	if r.Convention == quality.Kair {
		flag = "--convention kair"
	}
	switch {
	case r.Convention == quality.Kair && dataUnit:
		return configs.Usagef("--convention kair: noise levels are in units of 1/255; leave out --unit data")
	case dataUnit:
		unit = 1
	case m == nil || !m.Known:
		hint := ""
		if r.Convention != quality.Kair {
			hint = ", which 1/255 is a unit of; with --unit data noise levels are in the data's own"
		}
		return configs.Usagef("%s: the data are no 8-bit images%s", flag, hint)
	}
	scale := r.Denoiser.Norm().Scale
	if m != nil {
		scale = m.Norm.Scale
	}
	switch {
	case len(scale) > 1:
		return configs.Usagef("%s: data.normalize = dimension does not leave noise white in the data", flag)
	case len(sigmas) == 0:
		return configs.Usagef("%s: name the noise levels by --sigma, such as 15,25,50", flag)
	}
	snrs := make([]float64, 0, len(sigmas))
	for _, sigma := range sigmas {
		if !(sigma > 0) || math.IsInf(sigma, 0) {
			return configs.Usagef("--sigma %v: want noise levels above 0", sigma)
		}
		snrs = append(snrs, 20*math.Log10(r.std()*scale[0]*unit/sigma))
	}
	r.Sigmas, r.DataUnit, r.SNRs = sigmas, dataUnit, snrs
	return nil
}

// compare writes PSNR and SSIM of the estimates of images, one of each a sample.
func (r *Request) compare(psnr, ssim, x, xhat []float64) {
	m, d := r.Image, r.Denoiser.Dim()
	type scratch struct{ a, b []float64 }
	work := make([]scratch, r.pool.Threads())
	r.pool.Do(len(x)/d, func(i, worker int) {
		w := &work[worker]
		if w.a == nil {
			*w = scratch{make([]float64, d), make([]float64, d)}
		}
		copy(w.a, x[i*d:][:d])
		copy(w.b, xhat[i*d:][:d])
		m.Norm.InvertBatch(w.a)
		m.Norm.InvertBatch(w.b)
		if r.Convention == quality.Kair {
			quality.RoundKair(w.a, w.a)
			quality.RoundKair(w.b, w.b)
		}
		psnr[i] = min(quality.PSNR(w.a, w.b, m.Range), mostPSNR)
		ssim[i] = quality.SSIM(w.a, w.b, m.Shape, m.Range)
	})
}
