// Package media reads noisy files and writes denoised ones just like them.
//
// [Read] knows by its extension
//
//	.npy         an array of real numbers, of any shape
//	.png, .jpg   an image (C,H,W) of values from 0 to 1, upright, one channel if all of it is grey;
//	             .tif, .pgm and .ppm as well
//	.wav         a recording (channels, samples) of values from -1 to 1
//
// and [Media.Write] writes other values in the file's own form: element type of
// an array (integers become float32, those of 32 bits and more float64), bit depth, transparency and colour profile
// of an image, rate and sample format of a recording. Integers are rounded and clipped
// to their range. Files are replaced as a whole. [OutsideRange] tells whether the
// values seem to be in other units than the training data.
package media
