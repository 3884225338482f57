// Package onnx writes a trained denoiser as one ONNX file, which runs without this
// program: in Python, C++, C#, Java, a browser, on telephones.
//
// The file holds all that lies between an observation and its estimate. With the
// inputs y (N,C,L) or (N,C,H,W), in the data's units, and snr_db (K), one SNR for
// all samples or one for each,
//
//	z  = √(SNR/(1+SNR))·(y - mean)/scale     SNR = 10^(snr_db/10)
//	t̂  = the level whose SNR in dB is nearest
//	x̂  = scale·x̂0 + mean
//
// where x̂0 is Tweedie's formula, x̂0 = (z - √(1-ᾱ)·ε̂(z,t̂))/√ᾱ, by the method oneshot,
// or the end of the chain of posterior means from t̂ down, by the method mean, as
// package sched has them. What the network predicts is converted to ε̂ by numbers
// that are worked out when the file is written, level by level. An SNR above the top
// level returns y.
//
// The network is translated operation by operation from its Gorgonia graph, by what
// the operations of package op tell of themselves; running statistics are folded
// into factors, and what reads patches or every second pixel becomes a convolution
// with a stride. One that has no translation is an error that names it.
//
//	d := onnx.Denoiser{Network: net, Config: config, Norm: norm}
//	err := d.Write(file, "v1.0.0")
package onnx
