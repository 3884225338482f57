package media

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/internal/picture"
)

// profile is what is like an ICC profile of a colour space.
func profile(space string) []byte {
	p := make([]byte, 300)
	binary.BigEndian.PutUint32(p, uint32(len(p)))
	copy(p[16:], space)
	copy(p[36:], "acsp")
	return p
}

func writeRaster(t *testing.T, path string, p *picture.Raster, f picture.Format) {
	t.Helper()
	var b bytes.Buffer
	if err := p.Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Files that nothing is done to come back byte by byte, with their colour profiles;
// grey stays grey with opacity too.
func TestFormats(t *testing.T) {
	for ext, format := range map[string]picture.Format{".png": picture.PNG, ".tif": picture.TIFF, ".pgm": picture.PNM, ".ppm": picture.PNM} {
		for channels := 1; channels <= 4; channels++ {
			for _, deep := range []bool{false, true} {
				if format == picture.PNM && channels%2 == 0 || format == picture.TIFF && channels == 2 {
					continue
				}
				p := &picture.Raster{Width: 5, Height: 3, Channels: channels, Deep: deep}
				for i := range 15 * channels * 2 {
					p.Pix = append(p.Pix, byte(i*i*31+i*7))
				}
				if !deep {
					p.Pix = p.Pix[:15*channels]
				}
				if format != picture.PNM {
					p.Profile = profile(map[bool]string{true: "GRAY", false: "RGB "}[channels < 3])
				}
				in, out := filepath.Join(t.TempDir(), "in"+ext), filepath.Join(t.TempDir(), "out"+ext)
				writeRaster(t, in, p, format)
				m, err := Read(in)
				if err != nil {
					t.Fatalf("%s, %d channels: %v", ext, channels, err)
				}
				if planes := map[bool]int{true: 1, false: 3}[channels < 3]; !slices.Equal(m.Shape, []int{planes, 3, 5}) || m.Note != "" {
					t.Errorf("%s, %d channels: shape %v, note %q", ext, channels, m.Shape, m.Note)
				}
				if err := m.Write(out, m.X); err != nil {
					t.Fatal(err)
				}
				a, err := os.ReadFile(in)
				if err != nil {
					t.Fatal(err)
				}
				if b, err := os.ReadFile(out); err != nil || !bytes.Equal(a, b) {
					t.Errorf("%s, %d channels, deep %t: the file changed: %v", ext, channels, deep, err)
				}
				var same bytes.Buffer
				if err := m.Encode(&same, m.X); err != nil || ext != ".ppm" && !bytes.Equal(a, same.Bytes()) {
					t.Errorf("%s: encoded otherwise: %v", ext, err)
				}
			}
		}
	}
}

// A profile goes into files of another format, and not where it is of other colours.
func TestProfiles(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.jpg")
	p := &picture.Raster{Width: 8, Height: 8, Channels: 3, Pix: bytes.Repeat([]byte{9, 99, 199}, 64), Profile: profile("RGB ")}
	writeRaster(t, in, p, picture.JPEG)
	for _, name := range []string{"out.png", "out.jpg", "out.tif"} {
		m, err := Read(in)
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, name)
		if err := m.Write(out, m.X); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		h, err := picture.ReadHeader(bytes.NewReader(b), int64(len(b)))
		if err != nil || !bytes.Equal(h.Profile(bytes.NewReader(b), int64(len(b))), p.Profile) {
			t.Errorf("%s: the profile is lost: %v", name, err)
		}
	}
	p.Profile = profile("CMYK")
	writeRaster(t, in, p, picture.JPEG)
	m, err := Read(in)
	if err != nil || !strings.Contains(m.Note, "profile is of other colours") {
		t.Fatalf("note %q: %v", m.Note, err)
	}
	var b bytes.Buffer
	if err := m.Encode(&b, m.X); err != nil || bytes.Contains(b.Bytes(), []byte("CMYK")) {
		t.Errorf("a profile of other colours was written: %v", err)
	}
}

// What a format cannot hold is refused before the work.
func TestCannotHold(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.png")
	p := &picture.Raster{Width: 1, Height: 1, Channels: 2, Deep: true, Pix: []byte{1, 2, 3, 4}}
	writeRaster(t, in, p, picture.PNG)
	m, err := Read(in)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"x.jpg": "JPEG has 8 bits", "x.pgm": "PNM has no transparency", "x.tif": "", "x.png": ""} {
		if err := m.CheckOutput(filepath.Join(dir, name)); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
