// Package denoiser loads a trained diffusion model and denoises with it: it is
// what Go programs, the evaluator and the commands use.
//
//	d, err := denoiser.Load("gmm64") // a run folder, a checkpoint, a built-in name, …
//	if err != nil {
//		return err
//	}
//	defer d.Close()
//	r, err := d.Denoise(ctx, y, denoiser.Options{SNR: 10}) // r.X holds x̂
//
// # Samples, units and noise
//
// A batch is a []float64 of n·Dim values: n samples one after the other, each of
// Shape (C,L) or (C,H,W) in row-major order. Complex samples have their real
// parts in the first half of the channels. Values are in the data's own units u,
// which [Denoiser.Norm] maps to normalised samples
//
//	x = (u - mean)/scale
//
// whose average power is one, unless an option says that they are normalised
// already. The observation of a normalised sample at an SNR, given in dB, is
//
//	y = x + n,  n ~ N(0, s²·I/SNR),  SNR = 10^(dB/10)
//
// where s = [Denoiser.NoiseStd] is 1, or 1/√2 where the data are complex and the
// power that the SNR is about is that of a complex value. In the data's units the
// noise has the standard deviation scale·s/√SNR, which [Denoiser.Sigma] returns;
// [Denoiser.SNR] is its inverse, and [Denoiser.EstimateSNR] finds the SNR of
// samples whose noise is not known.
//
// # Methods
//
// [Denoiser.Denoise] scales y to unit power, √(SNR/(1+SNR))·y, finds the level t̂
// of the forward process x_t = √ᾱ·x + √(1-ᾱ)·ε that has its SNR ᾱ/(1-ᾱ), and goes
// on from there by the chains of package sched: the paper's, which draws no
// noise,
//
//	x ← (x - β/√(1-ᾱ)·ε̂(x,t))/√α
//
// or the estimate at once, (x - √(1-ᾱ)·ε̂)/√ᾱ, or a draw from the posterior.
// [Denoiser.Generate] begins with pure noise at the last level.
//
// What the network was trained to predict is converted to ε̂, and levels that it
// was fine-tuned to are mapped to those it knows, once, in [New].
package denoiser
