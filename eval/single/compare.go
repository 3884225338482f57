package single

import (
	"context"
	"errors"
	"fmt"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/eval/mmd"
)

// mmdSamples is how many samples of each side are compared, at most.
const mmdSamples = 2000

// Comparison is how far samples are from the test split.
type Comparison struct {
	Generated mmd.Result // those generated
	Train     mmd.Result // as many of the train split
}

// reference is what generated samples are compared with. All are normalised. The
// methods of a nil one do nothing.
type reference struct {
	dim         int
	test, train []float64
	most        int       // values of the generated samples that are kept
	generated   []float64 // the first of them
	warning     string    // of the data; may be empty
}

// add keeps samples until there are as many as are compared.
func (r *reference) add(x []float64) {
	if r != nil {
		r.generated = append(r.generated, x[:min(len(x), r.most-len(r.generated))]...)
	}
}

// readReference reads samples of the data set that a denoiser was trained on, for
// a comparison with n generated ones.
func readReference(ctx context.Context, d *denoiser.Denoiser, n, threads int) (*reference, error) {
	c := d.Config()
	if c.Data.Kind == "mixture" { // draw no more than what is used
		sizes := c.Data.Sizes()
		c.Data.Samples = configs.Samples{Train: min(sizes.Train, mmdSamples), Val: 1, Test: min(sizes.Test, mmdSamples)}
	}
	set, err := data.Open(ctx, c.Data, c.Seed, data.WithThreads(threads))
	if err != nil {
		return nil, fmt.Errorf("--mmd: %w", err)
	}
	r := &reference{dim: d.Dim(), warning: d.DataWarning(set)}
	if set.Dim() != r.dim {
		return nil, configs.Usagef("--mmd: the samples of %s have shape %v; those of the denoiser have shape %v", set.Name, set.Shape(), d.Shape())
	}
	// Some of a split, evenly spaced: files often begin with samples of a kind.
	read := func(from data.Source, n int) ([]float64, error) {
		n = min(n, from.Len())
		x := make([]float64, n*r.dim)
		for i := range n {
			if err := set.ReadNormalized(x[i*r.dim:][:r.dim], from, i*from.Len()/n); err != nil {
				return nil, err
			}
		}
		return x, nil
	}
	if r.test, err = read(set.Test, mmdSamples); err != nil {
		return nil, err
	}
	n = min(n, mmdSamples)
	r.most = n * r.dim
	r.train, err = read(set.Train, n) // as many as there are generated ones
	return r, err
}

// Compare compares the samples with those of the test split, which Generate was
// asked to read.
func (g *Generated) Compare() (*Comparison, error) {
	r := g.against
	if r == nil {
		return nil, errors.New("generate: there is nothing to compare with: set GenerateOptions.MMD")
	}
	var c Comparison
	for _, side := range []struct {
		x  []float64
		to *mmd.Result
	}{{r.generated, &c.Generated}, {r.train, &c.Train}} {
		var err error
		if *side.to, err = mmd.Compare(side.x, r.test, r.dim, g.Seed); err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
	}
	return &c, nil
}
