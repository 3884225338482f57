package data

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"math/bits"
	"os"
	"slices"
	"sort"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/par"
)

// Fingerprint tells data sets apart: what the splits hold, in their order,
// wherever the files lie. Samples that a mixture gives are told by the mixture,
// and their numbers are 0.
type Fingerprint struct {
	Train int    `json:"train,omitempty"` // samples
	Val   int    `json:"val,omitempty"`
	Test  int    `json:"test,omitempty"`
	Shape []int  `json:"shape"`          // of one sample
	Hash  string `json:"hash,omitempty"` // of the contents; "" for random mixtures, which the configuration tells
}

// Changed says in what way data differ from those that f was taken of, "" if in
// none.
func (f Fingerprint) Changed(now Fingerprint) string {
	if !slices.Equal(f.Shape, now.Shape) {
		return fmt.Sprintf("samples had the shape %v and have the shape %v now", f.Shape, now.Shape)
	}
	if [3]int{f.Train, f.Val, f.Test} != [3]int{now.Train, now.Val, now.Test} {
		return fmt.Sprintf("the splits for training, validation and test had %d, %d and %d samples and have %d, %d and %d now, dealt anew", f.Train, f.Val, f.Test, now.Train, now.Val, now.Test)
	}
	if f.Hash != now.Hash {
		return "there are as many samples as before, but their contents or their order differ"
	}
	return ""
}

// FingerprintFrom reads what a checkpoint keeps; ok is false where it keeps none.
func FingerprintFrom(kept json.RawMessage) (f Fingerprint, ok bool, err error) {
	if len(kept) == 0 {
		return f, false, nil
	}
	err = json.Unmarshal(kept, &f)
	if err == nil {
		err = configs.CheckSample(f.Shape)
	}
	if err == nil && min(f.Train, f.Val, f.Test) < 0 {
		err = errors.New("negative numbers of samples")
	}
	if err != nil {
		return Fingerprint{}, false, configs.Usagef("data: the checkpoint's fingerprint of the data: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	return f, true, nil
}

// contentHash is a running hash of numbers. It tells accidents apart, not
// attacks.
type contentHash uint64

// with folds a number in: the halves of a product with a constant, as wyhash
// does, so that every bit matters to every other.
func (h contentHash) with(v uint64) contentHash {
	const odd, start = 0x9e3779b97f4a7c15, 0xa0761d6478bd642f
	hi, lo := bits.Mul64(uint64(h)^v^start, odd)
	return contentHash((hi ^ lo) + v)
}

// hashSample returns the hash with a sample folded in. Two independent chains
// keep it cheap beside the moments.
func hashSample[T float32 | float64](h contentHash, x []T) contentHash {
	a, b := h, ^h
	for ; len(x) >= 2; x = x[2:] {
		a, b = a.with(math.Float64bits(float64(x[0]))), b.with(math.Float64bits(float64(x[1])))
	}
	for _, v := range x {
		a = a.with(math.Float64bits(float64(v)))
	}
	return a.with(uint64(b))
}

// filed is a source whose samples are computed from files, each by rounding that
// may differ from one processor to another: what is compared is the files.
type filed interface {
	// file returns where sample index comes from: a file, and the place in it.
	file(index int) (path string, place int)
}

var (
	_ filed = (*imageSource)(nil)
	_ filed = (*audioSource)(nil)
	_ filed = (*subset)(nil)
)

func (s *imageSource) file(index int) (string, int) { return s.images[index].path, 0 }

func (s *audioSource) file(index int) (string, int) {
	i := sort.SearchInts(s.starts, index+1) - 1
	return s.recordings[i].path, index - s.starts[i]
}

func (s *subset) file(index int) (string, int) {
	if f, ok := s.Source.(filed); ok {
		return f.file(s.index[index])
	}
	return "", 0
}

// fingerprint returns that of a set whose splits have the given moments.
func fingerprint(ctx context.Context, s *Set, pool *par.Pool, train, val, test *moments) (Fingerprint, error) {
	f := Fingerprint{Train: s.Train.Len(), Val: s.Val.Len(), Test: s.Test.Len(), Shape: s.Shape()}
	h, files := sha256.New(), fileHashes{}
	for _, split := range []struct {
		Source
		m *moments
	}{{s.Train, train}, {s.Val, val}, {s.Test, test}} {
		if err := files.add(ctx, h, split.Source, pool); err != nil {
			return f, err
		}
		if !fromFiles(split.Source) {
			h.Write(binary.LittleEndian.AppendUint64(nil, uint64(split.m.hash)))
		}
	}
	f.Hash = shortHash(h)
	return f, nil
}

// fromFiles tells whether the samples of a split are told by files.
func fromFiles(s Source) bool {
	if sub, ok := s.(*subset); ok {
		s = sub.Source
	}
	_, ok := s.(filed)
	return ok
}

// fileHashes are the hashes of the contents of files, by path.
type fileHashes map[string][]byte

// add writes where the samples of a split come from, if it is from files.
func (known fileHashes) add(ctx context.Context, to io.Writer, split Source, pool *par.Pool) error {
	if !fromFiles(split) {
		return nil
	}
	from := split.(filed)
	var paths []string
	for i := range split.Len() {
		if path, _ := from.file(i); known[path] == nil {
			known[path] = []byte{} // found
			paths = append(paths, path)
		}
	}
	sums, errs := make([][]byte, len(paths)), make([]error, len(paths))
	pool.Do(len(paths), func(c, _ int) {
		if errs[c] = ctx.Err(); errs[c] != nil {
			return
		}
		errs[c] = withFile(paths[c], func(r *os.File, _ int64) error {
			h := sha256.New()
			_, err := io.Copy(h, r)
			sums[c] = h.Sum(nil)
			return err
		})
	})
	if err := firstOf(errs...); err != nil {
		return err
	}
	for i, path := range paths {
		known[path] = sums[i]
	}
	for i := range split.Len() {
		path, place := from.file(i)
		if _, err := to.Write(binary.LittleEndian.AppendUint64(slices.Clone(known[path]), uint64(place))); err != nil {
			return err
		}
	}
	return nil
}

// shortHash is as much of a hash as it takes to tell data sets apart.
func shortHash(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:16]) }
