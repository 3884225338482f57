package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/internal/picture"
)

// paint fills an image with colours of all kinds.
func paint(img draw.Image, grey bool) image.Image {
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			c := color.NRGBA64{R: uint16(x * 9001), G: uint16(y * 7001), B: uint16(x * y * 999), A: uint16(0xffff - x*y*1234)}
			if grey {
				c.G, c.B, c.A = c.R, c.R, 0xffff
			}
			if _, alpha := img.(interface{ NRGBAAt(x, y int) color.NRGBA }); !alpha {
				if _, alpha = img.(*image.NRGBA64); !alpha {
					c.A = 0xffff
				}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

var frame = image.Rect(0, 0, 5, 4)

// images are of all forms that PNG files have, with the channels they are read
// with.
var images = map[string]struct {
	img      image.Image
	channels int
}{
	"grey":             {paint(image.NewGray(frame), true), 1},
	"deep grey":        {paint(image.NewGray16(frame), true), 1},
	"RGB":              {paint(image.NewRGBA(frame), false), 3},
	"deep RGB":         {paint(image.NewRGBA64(frame), false), 3},
	"transparent":      {paint(image.NewNRGBA(frame), false), 3},
	"deep transparent": {paint(image.NewNRGBA64(frame), false), 3},
	"grey as RGB":      {paint(image.NewRGBA(frame), true), 1},
}

func writePNG(t *testing.T, path string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readPNG(t *testing.T, path string) image.Image {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Images that nothing is done to come back as they were, pixel by pixel, in the
// same form.
func TestImages(t *testing.T) {
	for name, c := range images {
		in, out := filepath.Join(t.TempDir(), "in.png"), filepath.Join(t.TempDir(), "out.png")
		writePNG(t, in, c.img)
		m, err := Read(in)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if m.Kind != Image || !slices.Equal(m.Shape, []int{c.channels, 4, 5}) {
			t.Errorf("%s: %v of shape %v", name, m.Kind, m.Shape)
		}
		if slices.Min(m.X) != 0 || slices.Max(m.X) > 1 {
			t.Errorf("%s: values from %v to %v", name, slices.Min(m.X), slices.Max(m.X))
		}
		if err := m.Write(out, m.X); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a, b := readPNG(t, in), readPNG(t, out); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: a %T became a %T, or pixels changed", name, a, b)
		}
	}
}

// Values beyond black and white are clipped, others rounded.
func TestClip(t *testing.T) {
	in := filepath.Join(t.TempDir(), "x.png")
	writePNG(t, in, image.NewGray(image.Rect(0, 0, 4, 1)))
	m, err := Read(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Write(in, []float64{-3, 7, 100.4 / 255, 100.6 / 255}); err != nil {
		t.Fatal(err)
	}
	if got := readPNG(t, in).(*image.Gray).Pix; !slices.Equal(got, []byte{0, 255, 100, 101}) {
		t.Errorf("pixels %v", got)
	}
}

func TestPalette(t *testing.T) {
	for _, c := range []struct {
		palette  color.Palette
		channels int
	}{
		{color.Palette{color.Black, color.White, color.Gray{Y: 77}}, 1},
		{color.Palette{color.Black, color.RGBA{200, 10, 10, 255}}, 3},
		{color.Palette{color.Black, color.NRGBA{200, 10, 10, 100}}, 3},
	} {
		img := image.NewPaletted(image.Rect(0, 0, 3, 1), c.palette)
		copy(img.Pix, []byte{1, 0, uint8(len(c.palette) - 1)})
		path := filepath.Join(t.TempDir(), "x.png")
		writePNG(t, path, img)
		m, err := Read(path)
		if err != nil || m.Shape[0] != c.channels || !strings.Contains(m.Note, "palette") {
			t.Fatalf("%+v: %v", m, err)
		}
		if err := m.Write(path, m.X); err != nil {
			t.Fatal(err)
		}
		got := readPNG(t, path)
		for x := range 3 {
			if a, b := color.NRGBAModel.Convert(got.At(x, 0)), color.NRGBAModel.Convert(img.At(x, 0)); a != b {
				t.Errorf("pixel %d is %v, was %v", x, a, b)
			}
		}
	}
}

func TestJPEG(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.JPG")
	var b bytes.Buffer
	if err := jpeg.Encode(&b, paint(image.NewGray(image.Rect(0, 0, 16, 16)), true), &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	smooth := make([]float64, len(m.X))
	for i := range smooth {
		smooth[i] = float64(i/16) / 16
	}
	if err := m.Write(path, smooth); err != nil {
		t.Fatal(err)
	}
	again, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range again.X {
		if math.Abs(v-smooth[i]) > 0.02 {
			t.Fatalf("pixel %d is %v, want about %v", i, v, smooth[i])
		}
	}
	// JPEG holds neither 16 bits nor transparency.
	for _, name := range []string{"deep RGB", "transparent"} {
		in := filepath.Join(dir, "in.png")
		writePNG(t, in, images[name].img)
		m, err := Read(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Write(path, m.X); err == nil || !strings.Contains(err.Error(), "name a .png file") {
			t.Errorf("%s as JPEG: %v", name, err)
		}
	}
}

// An image that is stored lying is read upright, and written upright without a
// tag: any program shows it as it did before.
func TestOrientation(t *testing.T) {
	// 10 20 30
	// 40 50 60
	stored := &image.Gray{Pix: []byte{10, 20, 30, 40, 50, 60}, Stride: 3, Rect: image.Rect(0, 0, 3, 2)}
	for o, want := range map[byte][]byte{
		1: {10, 20, 30, 40, 50, 60}, 2: {30, 20, 10, 60, 50, 40}, 3: {60, 50, 40, 30, 20, 10}, 4: {40, 50, 60, 10, 20, 30},
		5: {10, 40, 20, 50, 30, 60}, 6: {40, 10, 50, 20, 60, 30}, 7: {60, 30, 50, 20, 40, 10}, 8: {30, 60, 20, 50, 10, 40},
	} {
		path := filepath.Join(t.TempDir(), "x.png")
		writePNG(t, path, stored)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tag := []byte("eXIfII*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00" + string(o) + "\x00\x00\x00\x00\x00\x00\x00")
		tag = append(binary.BigEndian.AppendUint32(nil, uint32(len(tag)-4)), tag...)
		tag = binary.BigEndian.AppendUint32(tag, crc32.ChecksumIEEE(tag[4:]))
		if err := os.WriteFile(path, slices.Insert(b, 33, tag...), 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Write(path, m.X); err != nil {
			t.Fatal(err)
		}
		got := readPNG(t, path).(*image.Gray)
		if !slices.Equal(got.Pix, want) || !slices.Equal(m.Shape, []int{1, got.Rect.Dy(), got.Rect.Dx()}) {
			t.Errorf("orientation %d: %v of %v, shape %v; want %v", o, got.Pix, got.Rect, m.Shape, want)
		}
		if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte("eXIf")) {
			t.Errorf("orientation %d is written: %v", o, err)
		}
	}
}

// What reading takes is the decoded image and the values, not copies of them.
func TestImageMemory(t *testing.T) {
	const side = 512
	for name, c := range map[string]struct {
		img   image.Image
		bytes uint64 // a pixel: decoded, and as values
	}{
		"grey":        {image.NewGray(image.Rect(0, 0, side, side)), 1 + 8},
		"RGB":         {paint(image.NewRGBA(image.Rect(0, 0, side, side)), false), 4 + 24},
		"transparent": {paint(image.NewNRGBA(image.Rect(0, 0, side, side)), false), 4 + 24 + 2},
	} {
		path := filepath.Join(t.TempDir(), "x.png")
		writePNG(t, path, c.img)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Read(path); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > c.bytes*side*side+1<<19 {
			t.Errorf("%s: %.1f bytes a pixel, want %d", name, float64(took)/side/side, c.bytes)
		}
	}
}

// CMYK is converted, by the inks alone, and the user is told.
func TestCMYK(t *testing.T) {
	m, err := Read("testdata/cmyk.jpg")
	if err != nil || !strings.Contains(m.Note, "written as RGB") || !slices.Equal(m.Shape, []int{3, 8, 8}) {
		t.Fatalf("%+v: %v", m, err)
	}
	// Pillow's own conversion of the file, from inks (51, 102, 153, 25).
	for c, want := range []float64{184, 138, 92} {
		if got := 255 * m.X[64*c+20]; math.Abs(got-want) > 2 {
			t.Errorf("channel %d is %v, want %v", c, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range images {
		var b bytes.Buffer
		if err := png.Encode(&b, c.img); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	for _, format := range []picture.Format{picture.TIFF, picture.PNM} {
		var b bytes.Buffer
		p := picture.Raster{Width: 3, Height: 2, Channels: 3, Pix: make([]byte, 18)}
		if err := p.Encode(&b, format); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("P2 2 1 15\n0 15"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<12 {
			return
		}
		m, err := decodeImage(bytes.NewReader(b), int64(len(b)))
		if err == nil && (len(m.Shape) != 3 || len(m.X) != m.Shape[0]*m.Shape[1]*m.Shape[2]) {
			t.Errorf("%d values of shape %v", len(m.X), m.Shape)
		}
	})
}
