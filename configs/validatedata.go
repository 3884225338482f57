package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// imageKinds are the data whose samples are images for certain.
var imageKinds = []string{"mnist", "fashion", "cifar10", "folder"}

func (d Data) validate(r *rules) {
	r.oneOf("data.kind", d.Kind, "mixture", "mnist", "fashion", "cifar10", "npy", "folder", "audio")
	r.oneOf("data.normalize", d.Normalize, "power", "dimension", "minmax", "none")
	r.oneOf("data.noise", d.Noise, NoiseReal, NoiseComplex)
	if d.Noise == NoiseComplex && d.Kind != "npy" && d.Kind != "audio" {
		r.broken("data.noise", d.Noise, "data of kind %s are real; complex is for arrays (npy) and recordings (audio)", d.Kind)
	}
	r.oneOf("data.layout", d.Layout, "auto", "l", "cl", "hw", "chw", "hwc")
	r.oneOf("data.last", d.Last, "drop", "wrap")
	r.count("data.workers", d.Workers, 0, 1024)
	r.count("data.size", d.Size, 0, 1<<14)
	if d.Channels != 0 && d.Channels != 1 && d.Channels != 3 {
		r.broken("data.channels", d.Channels, "want 1 (grey), 3 (RGB) or 0 (what is found)")
	}
	if r.count("data.length", d.Length, 2, maxDim/2) {
		r.count("data.hop", d.Hop, 0, 2*(d.Length-1))
	}
	for i, b := range d.Batches {
		key := fmt.Sprintf("data.batches[%d]", i)
		if r.count(key, b, 1, 5) && slices.Contains(d.Batches[:i], b) {
			r.broken(key, b, "listed twice")
		}
	}
	r.count("data.augment.shift", d.Augment.Shift, 0, 1<<14)
	if d.Augment != (Augment{}) && d.Kind != "npy" && !slices.Contains(imageKinds, d.Kind) {
		r.broken("data.augment", fmt.Sprintf("%+v", d.Augment), "only images can be augmented; data.kind is %s", d.Kind)
	}
	if d.Fresh && d.Kind != "mixture" {
		r.broken("data.fresh", d.Fresh, "only a mixture has new samples for each epoch; data.kind is %s", d.Kind)
	}
	if d.Kind == "mixture" {
		d.validateMixture(r)
		return
	}
	if (d.Kind == "npy" || d.Kind == "folder" || d.Kind == "audio") && d.Dir == "" {
		r.broken("data.dir", d.Dir, "data of kind %s need their folder or file; name it here or by --data", d.Kind)
	}
	r.count("data.samples.train", d.Samples.Train, 0, maxSamples)
	r.count("data.samples.val", d.Samples.Val, 0, maxSamples)
	r.count("data.samples.test", d.Samples.Test, 0, maxSamples)
}

func (d Data) validateMixture(r *rules) {
	if d.Normalize != "power" {
		r.broken("data.normalize", d.Normalize, "a mixture is normalised by its own mean and power; want power")
	}
	dim := r.count("data.dim", d.Dim, 1, maxDim)
	if r.count("data.components", d.Components, 1, maxComponents) && dim && d.Fit == "" &&
		int64(d.Components)*int64(d.Dim)*int64(d.Dim) > maxValues {
		r.broken("data.components", d.Components, "%d covariances of %d×%d are more than %d values; use fewer components or a smaller data.dim",
			d.Components, d.Dim, d.Dim, maxValues)
	}
	if d.Fit != "" {
		r.oneOf("data.fit", d.Fit, "mnist", "fashion", "cifar10")
	}
	rank, ppca := strings.CutPrefix(d.Covariance, "ppca:")
	if q, err := strconv.Atoi(rank); ppca && (err != nil || q < 1 || strconv.Itoa(q) != rank) || !ppca && d.Covariance != "full" && d.Covariance != "diag" {
		r.broken("data.covariance", d.Covariance, "want full, diag, or ppca:q with a rank q from 1 up")
	}
	sizes := d.Sizes()
	for _, s := range []struct {
		key    string
		n, low int
	}{{"data.samples.train", sizes.Train, 1}, {"data.samples.val", sizes.Val, 1}, {"data.samples.test", sizes.Test, 2}} {
		if r.count(s.key, s.n, s.low, maxSamples) && dim && int64(s.n)*int64(d.Dim) > maxValues {
			r.broken(s.key, s.n, "%d samples of %d values are more than %d values; use fewer", s.n, d.Dim, maxValues)
		}
	}
}
