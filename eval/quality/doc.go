// Package quality measures how alike two images are.
//
//	PSNR = 10 log₁₀(R²/mean(x-x̂)²)                                                dB
//	SSIM = mean (2μμ' + c₁)(2σ_xx̂ + c₂) / ((μ² + μ'² + c₁)(σ² + σ'² + c₂))
//
// R is the data range: the largest minus the smallest value that images can
// have, such as 1 or 255. It is not that of the images at hand, so that figures
// of different images can be compared. Values are compared as they are, neither
// clipped nor rounded, unless [RoundKair] did so before.
package quality
