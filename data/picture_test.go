package data

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
)

func writePNG(t *testing.T, path string, m image.Image, chunks ...[]byte) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	const header = 8 + 12 + 13
	file := slices.Concat(b.Bytes()[:header], slices.Concat(chunks...), b.Bytes()[header:])
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// pngOrientation returns an eXIf chunk.
func pngOrientation(o byte) []byte {
	body := "eXIf" + "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string(o) + "\x00\x00\x00\x00\x00\x00"
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	return binary.BigEndian.AppendUint32(append(b, body...), crc([]byte(body)))
}

// TestDeepImages keeps all 16 bits, in colour and grey, in memory or not, and
// what 8-bit images of the same folder give is what they gave alone.
func TestDeepImages(t *testing.T) {
	dir := t.TempDir()
	grey, rgb, shallow := image.NewGray16(image.Rect(0, 0, 64, 4)), image.NewNRGBA64(image.Rect(0, 0, 64, 4)), image.NewGray(image.Rect(0, 0, 64, 4))
	for i := range 256 { // 12 bits
		grey.SetGray16(i%64, i/64, color.Gray16{Y: uint16(16 * i)})
		rgb.SetNRGBA64(i%64, i/64, color.NRGBA64{uint16(i), uint16(257*i + 1), uint16(65535 - i), 65535})
		shallow.SetGray(i%64, i/64, color.Gray{Y: uint8(i)})
	}
	writePNG(t, filepath.Join(dir, "0.png"), grey)
	writePNG(t, filepath.Join(dir, "1.png"), shallow)
	writePNG(t, filepath.Join(dir, "2.png"), rgb)
	for _, channels := range []int{1, 3} {
		f, err := openFolder(t, configs.Data{Dir: dir, Channels: channels})
		if err != nil {
			t.Fatal(err)
		}
		cached := readAll(t, f.train)
		s := f.train.(*imageSource)
		for k, got := range readAll(t, &imageSource{shape: s.shape, images: s.images, gate: s.gate}) {
			if !slices.Equal(got, cached[k]) {
				t.Errorf("image %d decoded anew differs", k)
			}
		}
		for c := range channels {
			for i := range 256 {
				if got, want := cached[0][c*256+i], float32(16*i)/65535; got != want {
					t.Fatalf("deep grey %d is %v, want %v", i, got, want)
				}
				if got, want := cached[1][c*256+i], float32(i)/255; got != want {
					t.Fatalf("grey %d of 8 bits is %v, want %v", i, got, want)
				}
				p := rgb.NRGBA64At(i%64, i/64)
				want := float64([]uint16{p.R, p.G, p.B}[c])
				if channels == 1 {
					want = math.Round(0.299*float64(p.R) + 0.587*float64(p.G) + 0.114*float64(p.B))
				}
				if got := cached[2][c*256+i]; got != float32(want)/65535 {
					t.Fatalf("deep colour %d, channel %d of %d, is %v, want %v", i, c, channels, got*65535, want)
				}
			}
		}
	}
}

// TestTurnedImages trains on images as they are shown; sizes are those, too.
func TestTurnedImages(t *testing.T) {
	// 1 2 3
	// 4 5 6
	m := &image.Gray{Pix: []byte{1, 2, 3, 4, 5, 6}, Stride: 3, Rect: image.Rect(0, 0, 3, 2)}
	for o, want := range map[byte][]float32{
		1: {1, 2, 3, 4, 5, 6}, 2: {3, 2, 1, 6, 5, 4}, 3: {6, 5, 4, 3, 2, 1}, 4: {4, 5, 6, 1, 2, 3},
		5: {1, 4, 2, 5, 3, 6}, 6: {4, 1, 5, 2, 6, 3}, 7: {6, 3, 5, 2, 4, 1}, 8: {3, 6, 2, 5, 1, 4},
	} {
		path := filepath.Join(t.TempDir(), "x.png")
		writePNG(t, path, m, pngOrientation(o))
		f, err := openFolder(t, configs.Data{Dir: path})
		if err != nil {
			t.Fatal(err)
		}
		shape := []int{1, 2, 3}
		if o >= 5 {
			shape = []int{1, 3, 2}
		}
		got := readAll(t, f.train)[0]
		for i := range got {
			got[i] *= 255
		}
		if !slices.Equal(f.train.Shape(), shape) || !slices.Equal(got, want) {
			t.Errorf("orientation %d: shape %v, pixels %v; want %v, %v", o, f.train.Shape(), got, shape, want)
		}
	}
	// A turned image is resized as the same image stored upright.
	dir, rng := t.TempDir(), noise(40*30)
	stored, upright := image.NewGray(image.Rect(0, 0, 40, 30)), image.NewGray(image.Rect(0, 0, 30, 40))
	for i, v := range rng {
		y := uint8(128 + 40*math.Tanh(v))
		stored.SetGray(i%40, i/40, color.Gray{Y: y})
		upright.SetGray(29-i/40, i%40, color.Gray{Y: y}) // orientation 6: the first row is on the right
	}
	writePNG(t, filepath.Join(dir, "a.png"), stored, pngOrientation(6))
	writePNG(t, filepath.Join(dir, "b.png"), upright)
	f, err := openFolder(t, configs.Data{Dir: dir, Size: 9})
	if err != nil {
		t.Fatal(err)
	}
	all := readAll(t, f.train)
	for i, v := range all[0] {
		if math.Abs(float64(v-all[1][i]))*255 > 1.01 {
			t.Errorf("value %d: %v turned, %v upright", i, v*255, all[1][i]*255)
		}
	}
}

// TestGreyWithOpacity: a grey image with opacity is grey, over black.
func TestGreyWithOpacity(t *testing.T) {
	grey := png.Encoder{CompressionLevel: png.NoCompression}
	var b bytes.Buffer
	if err := grey.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 1))); err != nil {
		t.Fatal(err)
	}
	// The encoder has no such form: two bytes a pixel, in a stored block.
	chunk := func(kind string, body []byte) []byte {
		all := append([]byte(kind), body...)
		return binary.BigEndian.AppendUint32(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), all...), crc(all))
	}
	row := []byte{0, 200, 255, 200, 51} // filter, grey, opacity, …
	deflated := append([]byte{0x78, 0x01, 1, 5, 0, 0xfa, 0xff}, row...)
	a, c := uint32(1), uint32(0)
	for _, v := range row {
		a += uint32(v)
		c += a
	}
	deflated = binary.BigEndian.AppendUint32(deflated, c<<16|a)
	path := filepath.Join(t.TempDir(), "x.png")
	file := slices.Concat(b.Bytes()[:8], chunk("IHDR", []byte{0, 0, 0, 2, 0, 0, 0, 1, 8, 4, 0, 0, 0}), chunk("IDAT", deflated), chunk("IEND", nil))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := openFolder(t, configs.Data{Dir: path})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := readAll(t, f.train)[0], []float32{200. / 255, 40. / 255}; !slices.Equal(f.train.Shape(), []int{1, 1, 2}) || !slices.Equal(got, want) {
		t.Errorf("shape %v, pixels %v, want %v", f.train.Shape(), got, want)
	}
}

// TestChangedFiles: what changes under a run stops it, with the file's name.
func TestChangedFiles(t *testing.T) {
	dir := t.TempDir()
	picture, sound := filepath.Join(dir, "x.png"), filepath.Join(dir, "x.wav")
	large := image.NewGray(image.Rect(0, 0, 60, 50))
	for i, v := range noise(len(large.Pix)) {
		large.Pix[i] = uint8(128 + 30*v)
	}
	writePNG(t, picture, large)
	if err := WriteWAV(sound, &WAV{WAVFormat: WAVFormat{8000, 1, 16, false}, Samples: [][]float64{noise(900)}}); err != nil {
		t.Fatal(err)
	}
	f, err := openFolder(t, configs.Data{Dir: picture})
	if err != nil {
		t.Fatal(err)
	}
	images := f.train.(*imageSource)
	images.cached = false
	if f, err = testOpener(configs.Data{Dir: sound, Length: 16}).audio(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, s := range map[string]Source{picture: images, sound: f.train} {
		x := make([]float32, dims.Count(s.Shape()))
		if err := s.Read(x, s.Len()-1); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int64{info.Size() - 1, info.Size() / 2, 50, 0, info.Size() + 1} {
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
			want := fmt.Sprintf("it had %d bytes, now it has %d", info.Size(), size)
			if err := s.Read(x, 0); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	}
}

// TestShortReads: samples that end early are an error that names the sample,
// never old values.
func TestShortReads(t *testing.T) {
	b := riff("RIFF", riffFormat(1, 2, 16, 4, 8000), riffChunk("data", 40, make([]byte, 40)...), riffChunk("data", 40, make([]byte, 40)...))
	h, err := readWAVHeader(bytes.NewReader(b), int64(len(b)))
	if err != nil || h.frames != 20 {
		t.Fatalf("%+v, %v", h, err)
	}
	all := make([]byte, 80)
	if err := h.read(bytes.NewReader(b), all, 0); err != nil {
		t.Fatal(err)
	}
	for cut, want := range map[int]string{1: "in sample 19 of 20", 4: "in sample 19 of 20", 5: "in sample 18 of 20", 41: "in sample 10 of 20", 49: "in sample 9 of 20", 88: "in sample 0 of 20"} {
		short := bytes.NewReader(b[:len(b)-cut])
		if err := h.read(short, all, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %d bytes: %v, want %q", cut, err, want)
		}
	}
}

// TestFoundFiles: links are followed, once; nothing is left out in silence.
func TestFoundFiles(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	copyFile(t, "testdata/images/rgb.png", filepath.Join(elsewhere, "a/1.png"))
	copyFile(t, "testdata/images/rgb.png", filepath.Join(dir, "train/2.png"))
	copyFile(t, "testdata/images/rgb.png", filepath.Join(dir, "loose.png"))
	copyFile(t, "testdata/images/rgb.png", filepath.Join(dir, "trian/3.png"))
	link := filepath.Join(t.TempDir(), "link")
	for to, from := range map[string]string{filepath.Join(elsewhere, "a"): filepath.Join(dir, "train/more"), dir: filepath.Join(dir, "train/cycle")} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{dir, link} {
		var log bytes.Buffer
		o := testOpener(configs.Data{Dir: root})
		o.log = slog.New(slog.NewTextHandler(&log, nil))
		f, err := o.images(t.Context())
		if err != nil || f.train.Len() != 2 {
			t.Fatalf("%d images found through %s: %v", f.train.Len(), root, err)
		}
		if s := log.String(); !strings.Contains(s, "files=2") || !strings.Contains(s, "loose.png") {
			t.Errorf("the log says %q", s)
		}
	}
}

func TestEmptyRecordings(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.wav", "d.wav"} {
		if err := os.WriteFile(filepath.Join(dir, name), riff("RIFF", mono, riffChunk("data", 0)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, n := range map[string]uint32{"a.wav": 0, "c.wav": 64} {
		if err := os.WriteFile(filepath.Join(dir, name), riff("RIFF", mono, riffChunk("data", n, make([]byte, 64)...)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	o := testOpener(configs.Data{Dir: dir, Length: 5})
	o.log = slog.New(slog.NewTextHandler(&log, nil))
	f, err := o.audio(context.Background())
	if err != nil || f.skipped != 2 || f.train.Len() != 2*NewSTFT(5, 0).Frames(64) {
		t.Fatalf("%d left out, %d frames, %v", f.skipped, f.train.Len(), err)
	}
	for _, want := range []string{"b.wav", "d.wav", "recordings=1", "a.wav"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q: %s", want, &log)
		}
	}
}

// TestGate: together no more values than allowed, unless one has more alone.
func TestGate(t *testing.T) {
	g := newGate(10)
	var mu sync.Mutex
	var all sync.WaitGroup
	used, alone := int64(0), false
	for i := range 60 {
		n := int64(i%7 + 1)
		if i%20 == 0 {
			n = 25
		}
		all.Go(func() {
			g.enter(n)
			mu.Lock()
			used += n
			if used > 10 && used != n {
				alone = true
			}
			mu.Unlock()
			time.Sleep(time.Microsecond)
			mu.Lock()
			used -= n
			mu.Unlock()
			g.leave(n)
		})
	}
	all.Wait()
	if alone || g.used != 0 {
		t.Errorf("more than allowed at a time: %v, %d left", alone, g.used)
	}
}
