// Package bm3d denoises images by block matching and 3-D filtering, the yardstick
// of image denoising before networks (Dabov, Foi, Katkovnik and Egiazarian, IEEE
// Trans. Image Processing 16(8), 2007).
//
// Of every third pixel along both axes the 8×8 block there is stacked with those
// that look most like it within 19 pixels. What a stack has in common is left of
// its 3-D spectrum when that is moved towards zero; blocks go back to their places
// and are averaged. Two steps do this:
//
//	         blocks matched in    transform of blocks  spectrum                   stack
//	basic    the noisy image      bior1.5              kept where |y| > λ·s       ≤ 16
//	final    the basic estimate   DCT                  times b²/(b² + μ²·s²)      ≤ 32
//
// with Haar wavelets along the stack, y and b the spectra of the stack in the noisy
// image and in the basic estimate, and s the standard deviation of the noise in
// each coefficient. Estimates are weighted by the inverse of the noise's power that
// is left in them, and by a Kaiser window with β = 2.
//
// Colours are denoised as luminance and two differences; blocks are matched in the
// luminance alone.
//
//	bm3d.Denoise(xhat, y, [3]int{3, height, width}, sigma)
//
// s, λ = 3 and μ² = 0.4 follow the authors' later work (Mäkinen, Azzari and Foi,
// IEEE Trans. Image Processing 29, 2020): blocks that overlap share noise, so that a
// stack's noise is not white. The publication of 2007 takes s = σ, λ = 2.7 and
// μ² = 1, which cost 0.16 dB on a colour picture at σ = 50/255, and larger blocks for
// σ > 40/255, which the authors' present implementation does without. Further, limits
// on the difference of blocks are in units of the range of values in the channel, so
// that the estimate moves and scales with the image, and the mean of a stack is never
// changed.
package bm3d
