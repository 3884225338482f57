package data

import (
	"bytes"
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
