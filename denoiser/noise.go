package denoiser

import (
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

// Sigma returns the standard deviation of one real value of white noise, in the
// data's units, that has the SNR of so many dB. Where values are normalised by
// scales of their own it is that whose power, averaged over them, is right.
func (d *Denoiser) Sigma(snr float64) float64 {
	return sched.Sigma(d.std, decibel.Linear(snr)*d.gain())
}

// SNR is the inverse of Sigma: that in dB of white noise of a standard deviation
// in the data's units.
func (d *Denoiser) SNR(sigma float64) float64 {
	sigma /= d.std
	return -decibel.Of(sigma * sigma * d.gain())
}

// Reference says in words what an SNR is the ratio of. Noise is that of a real value,
// or of a complex one where data.noise is complex.
func (d *Denoiser) Reference() string {
	switch d.config.Data.Normalize {
	case "symmetric", "minmax":
		return "1 to the noise's power on [-1,1]"
	case "none":
		return "1 to the noise's power"
	}
	return "the training data's power to the noise's"
}

// gain is the average power in normalised samples of white noise of power one in
// the data's units.
func (d *Denoiser) gain() float64 {
	sum := 0.0
	for _, scale := range d.norm.Scale {
		sum += 1 / (scale * scale)
	}
	return sum / float64(len(d.norm.Scale))
}
