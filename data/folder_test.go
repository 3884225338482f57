package data

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

func openFolder(t *testing.T, c configs.Data) (files, error) {
	t.Helper()
	return testOpener(c).images(context.Background())
}

// TestImagesAsPillow compares resizing and cropping with Pillow's, whose kernel
// is the same: the cubic of Keys, stretched when an image shrinks. Pillow's has
// a = -1/2 as ours.
func TestImagesAsPillow(t *testing.T) {
	want := expected(t, "testdata/images/rgb8.expected.npy") // planes as samples
	for _, name := range []string{"rgb.png", "rgb.jpg"} {
		f, err := openFolder(t, configs.Data{Dir: "testdata/images/" + name, Size: 8})
		if err != nil {
			t.Fatal(err)
		}
		tolerance := 1.01 / 255
		if name == "rgb.jpg" {
			tolerance = 8.0 / 255 // of coding
		}
		got := readAll(t, f.train)[0]
		for i, v := range slices.Concat(want...) {
			if math.Abs(float64(got[i]-v)) > tolerance {
				t.Errorf("%s: value %d is %v, want %v", name, i, got[i]*255, v*255)
			}
		}
	}
}

// TestImagesUnresized reads pixels as they are, of each kind of image.
func TestImagesUnresized(t *testing.T) {
	read := func(name string, channels int) []float32 {
		f, err := openFolder(t, configs.Data{Dir: "testdata/images/" + name, Channels: channels})
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{channels, 24, 40}; channels > 0 && !slices.Equal(f.train.Shape(), want) {
			t.Errorf("%s: shape %v, want %v", name, f.train.Shape(), want)
		}
		return readAll(t, f.train)[0]
	}
	const n = 24 * 40
	rgb := read("rgb.png", 0)
	if len(rgb) != 3*n {
		t.Fatalf("a colour image gives %d values", len(rgb))
	}
	// make.py writes these planes: 127 + 100·sin(f·x+0.2)·cos(g·y).
	for c, f := range [][2]float64{{0.2, 0.1}, {0.1, 0.25}, {0.15, 0.15}} {
		for i := range n {
			if want := math.RoundToEven(127 + 100*math.Sin(f[0]*float64(i%40)+0.2)*math.Cos(f[1]*float64(i/40))); math.Round(float64(rgb[c*n+i])*255) != want {
				t.Fatalf("plane %d, pixel %d: %v, want %v", c, i, rgb[c*n+i]*255, want)
			}
		}
	}
	if !slices.Equal(read("grey.png", 0), rgb[:n]) || !slices.Equal(read("grey16.png", 0), rgb[n:2*n]) {
		t.Error("grey images differ from the plane they hold")
	}
	if g := read("grey.png", 3); !slices.Equal(g, slices.Concat(rgb[:n], rgb[:n], rgb[:n])) {
		t.Error("a grey image as RGB is not three equal planes")
	}
	grey := read("rgb.png", 1)
	for i := range grey {
		want := 0.299*rgb[i] + 0.587*rgb[n+i] + 0.114*rgb[2*n+i]
		if math.Abs(float64(grey[i]-want)) > 0.5001/255 {
			t.Fatalf("luminance of pixel %d is %v, want %v", i, grey[i], want)
		}
	}
	palette, want := read("palette.png", 0), expected(t, "testdata/images/palette.expected.npy")
	for c := range 3 {
		if !slices.Equal(palette[c*n+8*40:][:8*40], want[c]) {
			t.Errorf("plane %d of the palette image differs", c)
		}
	}
	for name, want := range map[string][]float32{"grey.jpg": rgb[2*n:], "rgb.jpg": rgb} {
		worst := 0.0
		for i, v := range read(name, 0) {
			worst = max(worst, math.Abs(float64(v-want[i]))*255)
		}
		if worst > 8 { // quality 95
			t.Errorf("%s is off by %v grey levels", name, worst)
		}
	}
}

func TestFolderSplitsAndSizes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"train/a/1.png", "train/b/2.PNG", "train/3.png", "test/1.png", "test/2.png", "val/x.png", "other/y.png", ".hidden/z.png", "train/notes.txt"} {
		copyFile(t, "testdata/images/rgb.png", filepath.Join(dir, name))
	}
	f, err := openFolder(t, configs.Data{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if f.train.Len() != 3 || f.val.Len() != 1 || f.test.Len() != 2 {
		t.Errorf("splits of %d, %d, %d", f.train.Len(), f.val.Len(), f.test.Len())
	}
	copyFile(t, "testdata/images/grey.png", filepath.Join(dir, "train/grey.png"))
	if f, err = openFolder(t, configs.Data{Dir: dir}); err != nil || f.train.Shape()[0] != 3 {
		t.Errorf("grey and colour images together: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "big.png"), bigPNG(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = openFolder(t, configs.Data{Dir: dir}); err == nil || !strings.Contains(err.Error(), "set data.size") || !configs.IsUsage(err) {
		t.Errorf("error %v for images of two sizes", err)
	}
	if f, err = openFolder(t, configs.Data{Dir: dir, Size: 16}); err != nil || !slices.Equal(f.train.Shape(), []int{3, 16, 16}) {
		t.Errorf("resized: %v", err)
	}
	if _, err := openFolder(t, configs.Data{Dir: t.TempDir()}); err == nil || !configs.IsUsage(err) {
		t.Errorf("error %v for an empty folder", err)
	}
	if _, err := openFolder(t, configs.Data{Dir: filepath.Join(dir, "none")}); err == nil || !configs.IsUsage(err) {
		t.Errorf("error %v for no folder", err)
	}
}

func TestSkipBad(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"1.png", "2.png", "4.png", "5.png"} {
		copyFile(t, "testdata/images/rgb.png", filepath.Join(dir, name))
	}
	b, err := os.ReadFile("testdata/images/rgb.png")
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "3.png")
	for _, b := range [][]byte{b[:len(b)-100], b[:20], nil} { // pixels, header, everything
		if err := os.WriteFile(broken, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openFolder(t, configs.Data{Dir: dir}); err == nil || !strings.Contains(err.Error(), broken) || !strings.Contains(err.Error(), "data.skip_bad") {
			t.Errorf("error %v does not name %s", err, broken)
		}
		f, err := openFolder(t, configs.Data{Dir: dir, SkipBad: true})
		if err != nil || f.skipped != 1 || f.train.Len() != 4 {
			t.Fatalf("%d left out, %v", f.skipped, err)
		}
		readAll(t, f.train)
	}
	for _, name := range []string{"1.png", "2.png", "4.png", "5.png"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := openFolder(t, configs.Data{Dir: dir, SkipBad: true}); err == nil || !strings.Contains(err.Error(), "none of 1 files") {
		t.Errorf("error %v where nothing is left", err)
	}
}

// TestImagesBeyondTheCache reads the same when nothing is kept in memory.
func TestImagesBeyondTheCache(t *testing.T) {
	f, err := openFolder(t, configs.Data{Dir: "testdata/images", Size: 12})
	if err != nil {
		t.Fatal(err)
	}
	s := f.train.(*imageSource)
	again := &imageSource{shape: s.shape, images: s.images, gate: s.gate}
	if !s.cached || !slices.EqualFunc(readAll(t, s), readAll(t, again), slices.Equal[[]float32]) {
		t.Error("decoding anew gives other images")
	}
}
