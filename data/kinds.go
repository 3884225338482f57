package data

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/condmean/condmean/configs"
)

// kind is a kind of data set that files bring: all that the program knows of it
// but its rules, which are in package configs.
type kind struct {
	name   string // data.kind
	read   func(*opener, context.Context) (files, error)
	public publicSet // empty if its files are the user's own
}

// publicSet is a data set as its authors published it, and where its files can be had.
type publicSet struct {
	title   string
	shape   []int    // of its images
	batches int      // files of its training images, where some will do; else 0
	mirrors []string // addresses that a file's name is appended to, the first one first
	files   []publicFile
}

// part names what some training batches are of a set; none named are all.
func (s publicSet) part(batches []int) string {
	if n := len(batches); n == 0 || n >= s.batches {
		return s.title
	}
	return fmt.Sprintf("%s with training batches %v", s.title, slices.Sorted(slices.Values(batches)))
}

// publicFile is a file of a public data set, as its authors published it.
type publicFile struct {
	name   string
	size   int64
	sha256 string
}

// mixtureKind is the kind of data that are drawn, not read.
const mixtureKind = "mixture"

// Kinds returns the names of the kinds of data sets:
//
//	mixture   samples of a Gaussian mixture: random, loaded, or fitted to images
//	mnist     IDX files; pixels in [0,1]
//	fashion   the same
//	cifar10   the binary version, any of its batches; pixels in [0,1]
//	npy       an array of any numeric type, samples along its first axis; complex
//	          numbers become channels, the real parts first
//	folder    PNG, JPEG, TIFF, PGM and PPM images below a folder, upright, resized and cropped; pixels
//	          in [0,1], of 8 or 16 bits
//	audio     WAV files as frames of their short-time Fourier transform ([STFT])
//
// The files of mnist, fashion and cifar10 lie in data.dir, or in the folder of
// that name below CONDMEAN_DATA or the user's cache folder; missing ones are
// downloaded and verified. Large arrays, folders and recordings are read from
// disk when their samples are needed.
func Kinds() []string {
	names := []string{mixtureKind}
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// kinds registers the kinds of data sets that files bring.
var kinds = []kind{
	{name: "mnist", read: (*opener).idx, public: publicSet{
		title: "MNIST",
		shape: []int{1, 28, 28},
		mirrors: []string{
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
		},
		files: []publicFile{
			{"train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
			{"train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
			{"t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
			{"t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
		},
	}},
	{name: "fashion", read: (*opener).idx, public: publicSet{
		title: "Fashion-MNIST",
		shape: []int{1, 28, 28},
		mirrors: []string{
			"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
			"https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
		},
		files: []publicFile{
			{"train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
			{"train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
			{"t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
			{"t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"},
		},
	}},
	{name: "cifar10", read: (*opener).cifar, public: publicSet{
		title:   "CIFAR-10",
		shape:   []int{3, 32, 32},
		batches: cifarBatches,
		mirrors: []string{"https://www.cs.toronto.edu/~kriz/"},
		files: []publicFile{
			{"cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
		},
	}},
	{name: "npy", read: func(o *opener, _ context.Context) (files, error) { return o.arrays() }},
	{name: "folder", read: (*opener).images},
	{name: "audio", read: (*opener).audio},
}

func kindOf(name string) (kind, error) {
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, configs.Usagef("data.kind: %q is unknown, want %s", name, strings.Join(Kinds(), ", "))
}

// publicSets returns where the kinds of public files can be had, by name.
func publicSets() map[string]publicSet {
	sets := map[string]publicSet{}
	for _, k := range kinds {
		sets[k.name] = k.public
	}
	return sets
}
