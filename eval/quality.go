package eval

import (
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/quality"
)

// mostPSNR stands for that of an image that is met exactly, in dB.
const mostPSNR = 100

// setSigmas replaces the SNRs of the request by those of noise levels σ/255.
func (r *Request) setSigmas(sigmas []float64) error {
	m := r.Image
	switch {
	case m == nil || !m.Known:
		return configs.Usagef("--convention kair: the data are no 8-bit images")
	case !m.White():
		return configs.Usagef("--convention kair: data.normalize = dimension does not leave noise white in the images")
	case len(sigmas) == 0:
		return configs.Usagef("--convention kair: name the noise levels by --sigma, such as 15,25,50")
	}
	r.Sigmas, r.SNRs = sigmas, nil
	for _, sigma := range sigmas {
		if !(sigma > 0) {
			return configs.Usagef("--sigma %v: want noise levels above 0, in units of 1/255", sigma)
		}
		r.SNRs = append(r.SNRs, 20*math.Log10(r.std()*m.Norm.Scale[0]*255/sigma))
	}
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
