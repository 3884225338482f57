// Package single applies a denoiser to single files, and draws new ones.
//
// [Denoise] denoises what a file holds: samples, images of any size by tiles
// (package tiles), recordings by frames of their short-time Fourier transform;
// package media reads and writes them. Their SNR may be estimated, from the file
// alone (package classical) or by the network (denoiser.Denoiser.EstimateSNR).
// [Generate] draws new samples into a file, and [Generated.Compare] compares them
// with the data by their maximum mean discrepancy (package mmd).
package single
