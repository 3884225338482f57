package gmm

import (
	"errors"
	"fmt"
	"io"

	"github.com/condmean/condmean/checkpoint/weights"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/regular"
)

// The arrays of a mixture's .npz file: weights (K), means (K,N), and
// covariances (K,N,N) if full, (K,N) if diagonal, or factors (K,N,q) and
// noise (K) if low-rank plus isotropic.
const (
	keyWeights = "weights"
	keyMeans   = "means"
	keyCovs    = "covariances"
	keyFactors = "factors"
	keyNoise   = "noise"
)

// Load reads a mixture from an .npz file, as Save or numpy.savez write it.
func Load(name string) (m *Mixture, err error) {
	f, size, err := regular.Open(name)
	if err != nil {
		return nil, fmt.Errorf("gmm: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if m, err = Read(f, size); err != nil {
		return nil, fmt.Errorf("gmm: %s: %w", name, err)
	}
	return m, nil
}

// Read reads a mixture from an .npz archive of the given size, whose other arrays
// do not matter. What it unpacks to stays within the limit on decoded values.
func Read(r io.ReaderAt, size int64) (*Mixture, error) {
	arrays, err := weights.ReadNPZNamed(r, size, keyWeights, keyMeans, keyCovs, keyFactors, keyNoise)
	if err != nil {
		return nil, err
	}
	w, err := find(arrays, keyWeights, 1)
	if err != nil {
		return nil, err
	}
	means, err := find(arrays, keyMeans, 2)
	if err != nil {
		return nil, err
	}
	k, n := w.Shape[0], means.Shape[1]
	if err := hasShape(means, k, n); err != nil {
		return nil, err
	}
	if _, ok := weights.Find(arrays, keyFactors); ok {
		f, err := find(arrays, keyFactors, 3)
		if err != nil {
			return nil, err
		}
		noise, err := find(arrays, keyNoise, 1)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(hasShape(f, k, n, f.Shape[2]), hasShape(noise, k)); err != nil {
			return nil, err
		}
		return NewPPCA(w.Float64(), means.Float64(), f.Float64(), noise.Float64())
	}
	covs, ok := weights.Find(arrays, keyCovs)
	if !ok {
		return nil, fmt.Errorf("array %q is missing", keyCovs)
	}
	if len(covs.Shape) == 2 {
		if err := hasShape(covs, k, n); err != nil {
			return nil, err
		}
		return NewDiag(w.Float64(), means.Float64(), covs.Float64())
	}
	if err := hasShape(covs, k, n, n); err != nil {
		return nil, err
	}
	return New(w.Float64(), means.Float64(), covs.Float64())
}

func find(arrays []weights.Array, name string, rank int) (weights.Array, error) {
	a, ok := weights.Find(arrays, name)
	if !ok {
		return a, fmt.Errorf("array %q is missing", name)
	}
	if len(a.Shape) != rank {
		return a, fmt.Errorf("array %q: shape %v has %d dimensions, not %d", name, a.Shape, len(a.Shape), rank)
	}
	return a, nil
}

func hasShape(a weights.Array, shape ...int) error {
	if fmt.Sprint(a.Shape) != fmt.Sprint(shape) {
		return fmt.Errorf("array %q: shape %v, not the %v that %q and %q ask for", a.Name, a.Shape, shape, keyWeights, keyMeans)
	}
	return nil
}

// Write writes the mixture as an uncompressed .npz archive; equal mixtures
// give equal bytes.
func (m *Mixture) Write(w io.Writer) error {
	k := len(m.weights)
	arrays := []weights.Array{
		weights.FromFloat64(keyWeights, []int{k}, m.weights),
		weights.FromFloat64(keyMeans, []int{k, m.n}, m.means),
	}
	var cov, noise []float64
	switch m.kind {
	case Full:
		for i := range m.comps {
			cov = append(cov, m.comps[i].dense...)
		}
		arrays = append(arrays, weights.FromFloat64(keyCovs, []int{k, m.n, m.n}, cov))
	case Diag:
		for i := range m.comps {
			cov = append(cov, m.comps[i].lambda...)
		}
		arrays = append(arrays, weights.FromFloat64(keyCovs, []int{k, m.n}, cov))
	case PPCA:
		for i := range m.comps {
			cov = append(cov, m.comps[i].factors()...)
			noise = append(noise, m.comps[i].iso)
		}
		arrays = append(arrays,
			weights.FromFloat64(keyFactors, []int{k, m.n, m.comps[0].r}, cov),
			weights.FromFloat64(keyNoise, []int{k}, noise))
	}
	return weights.WriteNPZ(w, arrays)
}

// Save writes the mixture to an .npz file, which appears whole or not at all.
func (m *Mixture) Save(name string) error {
	if err := atomicfile.WriteFunc(name, m.Write); err != nil {
		return fmt.Errorf("gmm: %w", err)
	}
	return nil
}
