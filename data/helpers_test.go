package data

import (
	"bytes"
	"context"
	"hash/crc32"
	"image"
	"image/png"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/par"
)

func testOpener(c configs.Data) *opener {
	return newOpener(c, 1)
}

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// readAll returns the samples of a source.
func readAll(t testing.TB, s Source) [][]float32 {
	t.Helper()
	var all [][]float32
	for i := range s.Len() {
		x := make([]float32, dims.Count(s.Shape()))
		if err := s.Read(x, i); err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	return all
}

// expected reads samples from an array of float64, (N, samples…).
func expected(t testing.TB, path string) [][]float32 {
	t.Helper()
	c := configs.Default().Data
	c.Dir, c.Layout = path, "auto"
	o := testOpener(c)
	found, err := o.openArrays(path)
	if err != nil {
		t.Fatal(err)
	}
	return readAll(t, found[0])
}

// normOf computes the normalisation of a source.
func normOf(ctx context.Context, kind string, s Source, pool *par.Pool) (*Norm, error) {
	m, err := newMoments(ctx, s, pool)
	if err != nil {
		return nil, err
	}
	return newNorm(kind, m)
}

// bigPNG returns an image of 60×50 grey pixels.
func bigPNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 50))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
