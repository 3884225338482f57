// Package classical holds denoisers and noise estimators that need no training:
// what a network should beat.
//
// All of them take images (C,H,W) in their own units, one value after the other,
// with white Gaussian noise of a standard deviation σ that is known; signals are
// images of height 1. Channels are denoised one by one, except by [NLM], which
// compares patches over all channels. They expect what natural images are like,
// so remove no mean image before.
//
//	NLM      non-local means                          (Buades, Coll and Morel, CVPR 2005)
//	TV       total variation, min ‖∇x‖₁ + ‖x-y‖²/(2λ)  (Rudin, Osher and Fatemi 1992; Chambolle 2004)
//	Wavelet  soft thresholds from the noise level     (Chang, Yu and Vetterli 2000; Coifman and Donoho 1995)
//
// [SigmaMAD] and [SigmaPatches] estimate σ from noisy samples alone.
//
//	sigma := classical.SigmaPatches(y, shape)
//	classical.NLM(xhat, y, shape, sigma)
//
// The algorithms are those of scikit-image, to which the tests compare them.
package classical
