package data

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/picture"
)

// benchmarkLoader reads batches of 128 and reports samples a second: of the
// whole sets where CONDMEAN_DATA names their folder, else of the images shipped.
func benchmarkLoader(b *testing.B, change func(*configs.Data)) {
	c := configs.Default().Data
	if c.Dir = os.Getenv(Environment); c.Dir == "" {
		c.Dir = "testdata"
	}
	change(&c)
	if root := filepath.Join(c.Dir, c.Kind); c.Kind == "cifar10" || c.Kind == "mnist" {
		if _, err := os.Stat(root); err != nil {
			b.Skip(root, " is missing")
		}
	}
	s, err := Open(context.Background(), c, 1)
	if err != nil {
		b.Fatal(err)
	}
	batch := min(128, s.Train.Len())
	l, err := s.Loader(batch, 1, Cursor{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.Next(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "samples/s")
}

func BenchmarkLoader(b *testing.B) {
	for name, change := range map[string]func(*configs.Data){
		"mnist":   func(c *configs.Data) { c.Kind = "mnist" },
		"augment": func(c *configs.Data) { c.Kind, c.Augment = "mnist", configs.Augment{Flip: true, Shift: 2} },
		"cifar10": func(c *configs.Data) { c.Kind = "cifar10" },
		"folder":  func(c *configs.Data) { c.Kind, c.Dir, c.Size = "folder", "testdata/images", 24 },
		"audio":   func(c *configs.Data) { c.Kind, c.Dir = "audio", "testdata/wav" },
		"npy":     func(c *configs.Data) { c.Kind, c.Dir = "npy", "testdata/npy/stored.npz" },
	} {
		b.Run(name, func(b *testing.B) { benchmarkLoader(b, change) })
	}
}

func BenchmarkDecodeImage(b *testing.B) {
	f, err := os.ReadFile("testdata/images/rgb.jpg")
	if err != nil {
		b.Fatal(err)
	}
	r, size := bytes.NewReader(f), int64(len(f))
	h, err := picture.ReadHeader(r, size)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := decodeImage(r, size, h, imageShape{3, 8, 8}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNorm(b *testing.B) {
	pool := par.New(2)
	defer pool.Close()
	s := &bytesSource{shape: []int{1, 28, 28}, data: make([]byte, 10000*784), stride: 784}
	for i := range s.data {
		s.data[i] = byte(i * i)
	}
	for b.Loop() {
		if _, err := normOf(context.Background(), "power", s, pool); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*s.Len())/b.Elapsed().Seconds(), "samples/s")
}
