package picture

import (
	"bytes"
	"image"
	"strings"
	"testing"
)

// TestPNM: files as other programs write them, from the format's definition.
func TestPNM(t *testing.T) {
	for file, want := range map[string]image.Image{
		"P5 2 1 255\n\x00\xff":                              &image.Gray{Pix: []byte{0, 255}},
		"P5\n# a comment\n2 #another\n1\n255\n\x10\x20\n":   &image.Gray{Pix: []byte{0x10, 0x20}},
		"P5 # a comment\n2 1\n255\n\x10\x20":                &image.Gray{Pix: []byte{0x10, 0x20}},
		"P5# none between\n2 1 255\n\x10\x20":               &image.Gray{Pix: []byte{0x10, 0x20}},
		"P5\n# GIMP\r\n# 3 4 5\n2#w\n1#h\r255#m\n\x10\x20":  &image.Gray{Pix: []byte{0x10, 0x20}},
		"P5 2 1 255 #\x20":                                  &image.Gray{Pix: []byte{'#', 0x20}}, // one blank behind, then pixels
		"P5 2 1 # largest\n# value:\n 255\n#\n":             &image.Gray{Pix: []byte{'#', '\n'}},
		"P2 2 1 # largest\n15 # pixels\n15#first\n3#second": &image.Gray{Pix: []byte{255, 51}},
		"P2\n2 1\n15\n15 3\n":                               &image.Gray{Pix: []byte{255, 51}},
		"P5 2 1 65535\n\x12\x34\xff\xff":                    &image.Gray16{Pix: []byte{0x12, 0x34, 0xff, 0xff}},
		"P5 2 1 4095\n\x0f\xff\x00\x01":                     &image.Gray16{Pix: []byte{0xff, 0xff, 0, 16}},
		"P6 2 1 255\n\x01\x02\x03\x04\x05\x06":              &image.NRGBA{Pix: []byte{1, 2, 3, 255, 4, 5, 6, 255}},
		"P3 2 1\n# comment\n255\n1 2 3\n4 5 6":              &image.NRGBA{Pix: []byte{1, 2, 3, 255, 4, 5, 6, 255}},
	} {
		p, err := Decode(bytes.NewReader([]byte(file)), int64(len(file)))
		if err != nil {
			t.Errorf("%q: %v", file, err)
			continue
		}
		switch want := want.(type) {
		case *image.Gray:
			if got, ok := p.stored.(*image.Gray); !ok || !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%q: %T %v", file, p.stored, p.stored)
			}
		case *image.Gray16:
			if got, ok := p.stored.(*image.Gray16); !ok || !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%q: %T %v", file, p.stored, p.stored)
			}
		case *image.NRGBA:
			if got, ok := p.stored.(*image.NRGBA); !ok || !bytes.Equal(got.Pix, want.Pix) {
				t.Errorf("%q: %T %v", file, p.stored, p.stored)
			}
		}
	}
}

// TestOtherPNM: what is not read is refused by name.
func TestOtherPNM(t *testing.T) {
	for file, want := range map[string]string{
		"P4 8 1\n\x00":                           "P4 files",
		"P1 8 1\n":                               "P1 files",
		"P7\nWIDTH 1\n":                          "P7 files",
		"PF 1 1 -1\n0000":                        "PF files",
		"P5 2 1 255\n\x00":                       "2×1, which 12 bytes cannot hold",
		"P5 20000 20000 255\n\x00":               "cannot hold",
		"P2 20000 20000 255\n0 0":                "cannot hold",
		"P5 2 1 0\n\x00\x00":                     "largest value is 0",
		"P5 2 1 70000\n\x00\x00\x00\x00":         "largest value is 70000",
		"P5 -2 1 255\n":                          `"-2" is no number`,
		"P5 0 1 255\n":                           "size 0×1",
		"P5 2 1 15\n\x00\x10":                    "a value of 16 is above the largest one, 15",
		"P2 2 1 255\n0 256":                      "a value of 256",
		"P2 2 1 255\n0 x":                        `"x" is no number`,
		"P5 1 1 255\n\x00P5 1 1 255\n\x00":       "several pictures",
		"P5 99999999999999999999 1 255\n\x00":    "is no number",
		"P5 #" + strings.Repeat("x", maxPNMText): "is no number",
	} {
		_, err := Decode(bytes.NewReader([]byte(file)), int64(len(file)))
		if err == nil || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%.40q: %v, want %q", file, err, want)
		}
	}
}
