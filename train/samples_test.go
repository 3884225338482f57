package train

import (
	"bytes"
	"context"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/condmean/condmean/data"
)

// pictures are bright squares of 4 by 4 pixels on the left or right half of
// images (C,8,8).
type pictures struct{ channels, n int }

func (p pictures) Len() int     { return p.n }
func (p pictures) Shape() []int { return []int{p.channels, 8, 8} }

func (p pictures) Read(dst []float32, index int) error {
	clear(dst)
	for k := range dst {
		if y, x := k/8%8, k%8-4*(index%2); y >= 2 && y < 6 && x >= 0 && x < 4 {
			dst[k] = 0.5 + 0.5*float32(k/64%2) // green is brighter than red and blue
		}
	}
	return nil
}

// Each validation of images leaves a picture of noisy, denoised and clean ones,
// and an event.
func TestSamples(t *testing.T) {
	for _, channels := range []int{1, 3} {
		c := tiny()
		c.Model.Norm = "group"
		c.Train.Steps, c.Train.ValEvery = 4, 2
		src := pictures{channels, 64}
		norm := data.Identity(channels * 64)
		norm.Scale[0] = 0.5
		dir := t.TempDir()
		r := startRunOn(t, c, &data.Set{Name: "pictures", Train: src, Val: src, Test: src, Norm: norm}, dir)
		if err := r.loop(context.Background()); err != nil {
			t.Fatal(err)
		}
		var b []byte
		var err error
		for _, name := range []string{"step-2.png", "step-4.png"} {
			if b, err = os.ReadFile(filepath.Join(dir, SamplesDir, name)); err != nil {
				t.Fatal(err)
			}
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		rows := 2*len(quickSNRs) + 1
		if size := img.Bounds().Size(); size.X != 8*10-2 || size.Y != rows*10-2 {
			t.Fatalf("%d channels: a picture of %v", channels, size)
		}
		// The clean ones are in the last row, below noisy and denoised ones.
		bright := color.RGBA{128, 128, 128, 255}
		if channels == 3 {
			bright = color.RGBA{128, 255, 128, 255}
		}
		for _, at := range []struct {
			x, y int
			want color.RGBA
		}{{0, 2, bright}, {3, 5, bright}, {4, 2, color.RGBA{A: 255}}, {14, 2, bright}, {10, 2, color.RGBA{A: 255}}, {8, 2, color.RGBA{A: 255}}} {
			if got := color.RGBAModel.Convert(img.At(at.x, (rows-1)*10+at.y)); got != at.want {
				t.Errorf("%d channels, clean pixel %d,%d: %v, want %v", channels, at.x, at.y, got, at.want)
			}
		}
		values := map[color.Color]bool{}
		for x := range 8 {
			for y := range 8 {
				values[img.At(x, y)] = true
			}
		}
		if len(values) < 16 {
			t.Errorf("%d channels: a noisy sample of %d colours", channels, len(values))
		}
		// Generated samples fill two rows.
		g, err := os.ReadFile(filepath.Join(dir, SamplesDir, "generated-step-4.png"))
		if err != nil {
			t.Fatal(err)
		}
		made, err := png.Decode(bytes.NewReader(g))
		if err != nil {
			t.Fatal(err)
		}
		if size := made.Bounds().Size(); size.X != 8*10-2 || size.Y != generatedRows*10-2 {
			t.Errorf("%d channels: a picture of generated samples of %v", channels, size)
		}
		events, err := filepath.Glob(filepath.Join(dir, "events.*"))
		if err != nil || len(events) != 1 {
			t.Fatalf("event files %v, %v", events, err)
		}
		if e, err := os.ReadFile(events[0]); err != nil || !bytes.Contains(e, b) || !bytes.Contains(e, g) {
			t.Errorf("a picture is not among the events: %v", err)
		}
	}
}

// Signals have no pictures.
func TestNoSamplesOfSignals(t *testing.T) {
	set, err := data.Open(context.Background(), tiny().Data, 1)
	if err != nil {
		t.Fatal(err)
	}
	if newGrid(set) != nil {
		t.Error("a grid of signals")
	}
}
