package configs

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Data selects and shapes the data set.
type Data struct {
	Kind       string  `yaml:"kind" words:"mixture mnist fashion cifar10 npy folder audio"` // what it is made of, see package data
	Dir        string  `yaml:"dir"`                                                         // folder or file of the data; "" means CONDMEAN_DATA or the user's cache folder
	Mixture    string  `yaml:"mixture"`                                                     // mixture: its .npz (weights, means, covariances); "" draws the paper's random one
	Fit        string  `yaml:"fit" words:"mnist fashion cifar10"`                           // mixture: fit it by EM to this data set instead, once; data.mixture keeps it
	Covariance string  `yaml:"covariance" words:"full diag ppca:q"`                         // mixture: of a fitted one
	Dim        int     `yaml:"dim"`                                                         // mixture: dimension N of a random one
	Components int     `yaml:"components"`                                                  // mixture: components K of a random or fitted one
	Array      string  `yaml:"array"`                                                       // npy: name of the array in an .npz with several
	Layout     string  `yaml:"layout" words:"auto l cl hw chw hwc"`                         // npy: axes after the first
	Batches    []int   `yaml:"batches,flow"`                                                // cifar10: training batches, of 1 to 5; [] means those that are there
	Size       int     `yaml:"size"`                                                        // folder: images are resized and centre-cropped to this height and width; 0 keeps theirs
	Channels   int     `yaml:"channels"`                                                    // folder: 1 grey, 3 RGB, 0 what is found
	Length     int     `yaml:"length"`                                                      // audio: frequencies of a frame, which is of 2(length-1) samples
	Hop        int     `yaml:"hop"`                                                         // audio: samples from frame to frame; 0 means half a frame
	SkipBad    bool    `yaml:"skip_bad"`                                                    // folder, audio: leave out and count files that cannot be read
	Samples    Samples `yaml:"samples"`                                                     // split sizes
	Normalize  string  `yaml:"normalize" words:"power dimension minmax symmetric none"`     // dimension: each value by its own deviation, but at least by a tenth of power's scale; symmetric: [0,1] to [-1,1]
	Noise      string  `yaml:"noise" words:"real complex"`                                  // real: power one and ε of variance one a real value; complex: a complex value, so that ε has variance 1/2 a real one, as the paper's published code has it
	Augment    Augment `yaml:"augment"`                                                     // random changes of training images
	Last       string  `yaml:"last" words:"drop wrap"`                                      // rest of an epoch that fills no batch; wrap takes it into the next one
	Fresh      bool    `yaml:"fresh"`                                                       // mixture: each epoch draws new training samples, instead of going over the same ones
	Workers    int     `yaml:"workers"`                                                     // goroutines that read ahead; 0 means 2; never changes results
}

// Samples are the sizes of the three splits. 0 means the paper's 100,000,
// 10,000 and 10,000 for a mixture. For files it means their own splits: what
// has none gets a tenth of the training samples, at most 10,000, as validation
// or test split, and the train split is all the rest.
type Samples struct {
	Train int `yaml:"train"`
	Val   int `yaml:"val"`
	Test  int `yaml:"test"`
}

// Augment is how training images are changed, by the seed, epoch and index.
type Augment struct {
	Flip  bool `yaml:"flip"`  // mirror half of them left to right
	Shift int  `yaml:"shift"` // move by up to so many pixels along both axes; the border is repeated
}

// NoiseStd returns the standard deviation of one real value of ε, the noise of
// unit power: 1/√2 where the unit is that of a complex value.
func (d Data) NoiseStd() float64 {
	if d.Noise == NoiseComplex {
		return math.Sqrt2 / 2
	}
	return 1
}

// The conventions of noise, in Data.Noise.
const (
	NoiseReal    = "real"
	NoiseComplex = "complex"
)

// Sizes returns the split sizes with a mixture's defaults in place of zeros.
func (d Data) Sizes() Samples {
	s := d.Samples
	if d.Kind == "mixture" {
		s = Samples{cmp.Or(s.Train, 100_000), cmp.Or(s.Val, 10_000), cmp.Or(s.Test, 10_000)}
	}
	return s
}

// What is known of data by their kind.
var (
	imageKinds   = []string{"mnist", "fashion", "cifar10", "folder"} // samples are images for certain
	ownKinds     = []string{"npy", "folder", "audio"}                // files of the user's, which data.dir names
	arrayKinds   = []string{"npy"}                                   // values of any range; samples may be images
	complexKinds = []string{"npy", "audio"}                          // samples may be complex
)

// Own reports whether the data are files of the user's, whose order may mean something.
func (d Data) Own() bool { return slices.Contains(ownKinds, d.Kind) }

// Arrays reports whether the data are arrays, whose values have any range: those of
// images are not known to be pixels in [0,1].
func (d Data) Arrays() bool { return slices.Contains(arrayKinds, d.Kind) }

// Pixels reports whether samples are images whose values are known to be pixels in
// [0,1].
func (d Data) Pixels() bool { return slices.Contains(imageKinds, d.Kind) }

func (d Data) validate(r *rules) {
	r.word("data.kind", d.Kind)
	r.word("data.normalize", d.Normalize)
	r.word("data.noise", d.Noise)
	if d.Noise == NoiseComplex && !slices.Contains(complexKinds, d.Kind) {
		r.broken("data.noise", d.Noise, "data of kind %s are real; complex is for arrays (npy) and recordings (audio)", d.Kind)
	}
	r.word("data.layout", d.Layout)
	r.word("data.last", d.Last)
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
	if d.Augment != (Augment{}) && !d.Arrays() && !slices.Contains(imageKinds, d.Kind) {
		r.broken("data.augment", fmt.Sprintf("%+v", d.Augment), "only images can be augmented; data.kind is %s", d.Kind)
	}
	if d.Fresh && d.Kind != "mixture" {
		r.broken("data.fresh", d.Fresh, "only a mixture has new samples for each epoch; data.kind is %s", d.Kind)
	}
	if d.Kind == "mixture" {
		d.validateMixture(r)
		return
	}
	if d.Own() && d.Dir == "" {
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
		r.word("data.fit", d.Fit)
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
