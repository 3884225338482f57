package data

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/picture"
)

// TestFormatsOfImages: the same pixels are the same samples in every format, and what
// one of them is refused for is named.
func TestFormatsOfImages(t *testing.T) {
	for _, channels := range []int{1, 3} {
		dir := t.TempDir()
		p := &picture.Raster{Width: 6, Height: 4, Channels: channels, Deep: true}
		for i := range 24 * channels * 2 {
			p.Pix = append(p.Pix, byte(i*i*13))
		}
		for name, format := range map[string]picture.Format{"0.png": picture.PNG, "1.TIF": picture.TIFF, "2.pgm": picture.PNM, "3.ppm": picture.PNM} {
			var b bytes.Buffer
			if err := p.Encode(&b, format); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f, err := openFolder(t, configs.Data{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if all := readAll(t, f.train); len(all) != 4 || !slices.Equal(all[0], all[1]) || !slices.Equal(all[0], all[2]) || !slices.Equal(all[0], all[3]) {
			t.Errorf("%d channels: %v", channels, all)
		}
		if err := os.WriteFile(filepath.Join(dir, "4.pnm"), []byte("P4 8 1\n\x00"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openFolder(t, configs.Data{Dir: dir}); err == nil || !strings.Contains(err.Error(), "4.pnm: in the image header: P4 files") {
			t.Errorf("a bitmap: %v", err)
		}
	}
}

// TestSizes: that images are resized is logged; a shape that is refused is so before
// any image is decoded.
func TestSizes(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	p := &picture.Raster{Width: 40, Height: 44, Channels: 1, Pix: make([]byte, 40*44)}
	if err := p.Encode(&b, picture.PNG); err != nil {
		t.Fatal(err)
	}
	cut := b.Bytes()[:b.Len()-20] // of which the header is right and the pixels are not
	for name, content := range map[string][]byte{"0.png": b.Bytes(), "1.png": cut} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	var seen []int
	o := testOpener(configs.Data{Dir: dir, Size: 32})
	o.log = slog.New(slog.NewTextHandler(&log, nil))
	WithShapeCheck(func(shape []int) error {
		seen = shape
		return configs.Usagef("of no use")
	})(o)
	if _, err := o.images(t.Context()); err == nil || err.Error() != "of no use" || !slices.Equal(seen, []int{1, 32, 32}) {
		t.Errorf("shape %v: %v", seen, err)
	}
	if !strings.Contains(log.String(), "to=32×32 from=40×44") {
		t.Errorf("the log:\n%s", log.String())
	}
	log.Reset()
	o = testOpener(configs.Data{Dir: filepath.Join(dir, "0.png")})
	o.log = slog.New(slog.NewTextHandler(&log, nil))
	if _, err := o.images(t.Context()); err != nil || log.Len() > 0 {
		t.Errorf("an image that stays as it is: %v\n%s", err, log.String())
	}
}
