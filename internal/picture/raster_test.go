package picture

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"slices"
	"testing"
)

// profileOf returns what is like an ICC profile of a colour space, of n bytes.
func profileOf(space string, n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i * i / 7)
	}
	binary.BigEndian.PutUint32(p, uint32(n))
	copy(p[16:], space)
	copy(p[36:], "acsp")
	return p
}

// rasterOf returns a picture of many values, those of opacity among them.
func rasterOf(width, height, channels int, deep bool) *Raster {
	p := &Raster{Width: width, Height: height, Channels: channels, Deep: deep}
	n := width * height * channels
	if deep {
		n *= 2
	}
	for i := range n {
		p.Pix = append(p.Pix, byte(i*i*31+i*7))
	}
	return p
}

// TestRaster: pictures of all forms are decoded as they were written, by the decoders
// of the standard library and its companion, and their profiles are found.
func TestRaster(t *testing.T) {
	for _, f := range []Format{PNG, TIFF, PNM} {
		for channels := 1; channels <= 4; channels++ {
			for _, deep := range []bool{false, true} {
				for _, size := range [][2]int{{7, 5}, {1, 3}, {300, 2}} {
					if f == PNM && channels%2 == 0 || f == TIFF && channels == 2 { // which is not read, see below
						continue
					}
					p := rasterOf(size[0], size[1], channels, deep)
					if f != PNM {
						p.Profile = profileOf(map[bool]string{true: "GRAY", false: "RGB "}[channels < 3], 70_001)
					}
					var b bytes.Buffer
					if err := p.Encode(&b, f); err != nil {
						t.Fatal(err)
					}
					got, err := Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
					if err != nil {
						t.Errorf("%s of %d channels: %v", f, channels, err)
						continue
					}
					if got.Grey != (channels < 3) || got.Deep != deep || got.Width != size[0] || got.Height != size[1] || got.Format != f {
						t.Errorf("%s of %d channels: %+v", f, channels, got.Header)
					}
					if profile := got.Profile(bytes.NewReader(b.Bytes()), int64(b.Len())); !bytes.Equal(profile, p.Profile) {
						t.Errorf("%s of %d channels: a profile of %d bytes", f, channels, len(profile))
					}
					for i := range p.Width * p.Height {
						want := p.pixel(i)
						if !deep {
							want = widen(color.NRGBA{uint8(want.R), uint8(want.G), uint8(want.B), uint8(want.A)})
						}
						if c := got.Straight(i%p.Width, i/p.Width); c != want {
							t.Fatalf("%s of %d channels, deep %t, pixel %d: %v, want %v", f, channels, deep, i, c, want)
						}
					}
				}
			}
		}
	}
}

// TestJPEGProfile: a profile of several segments is put together.
func TestJPEGProfile(t *testing.T) {
	for _, n := range []int{profileHeader, 65519, 65520, 200_000} {
		p := rasterOf(16, 8, 3, false)
		p.Profile = profileOf("RGB ", n)
		var b bytes.Buffer
		if err := p.Encode(&b, JPEG); err != nil {
			t.Fatal(err)
		}
		got, err := Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Profile(bytes.NewReader(b.Bytes()), int64(b.Len())), p.Profile) {
			t.Errorf("the profile of %d bytes is lost", n)
		}
		at := bytes.Index(b.Bytes(), []byte(profilePrefix))
		bad := slices.Clone(b.Bytes())
		bad[at+len(profilePrefix)] = 9 // a segment that is missing
		if p := got.Profile(bytes.NewReader(bad), int64(b.Len())); p != nil {
			t.Errorf("a profile of %d bytes without its first segment", len(p))
		}
	}
}

// TestDamagedProfile: what is no profile is none.
func TestDamagedProfile(t *testing.T) {
	good := profileOf("RGB ", 200)
	for name, p := range map[string][]byte{"short": good[:100], "another size": append(slices.Clone(good), 0), "unsigned": append(slices.Clone(good[:36]), make([]byte, 164)...)} {
		r := rasterOf(4, 4, 3, false)
		for _, f := range []Format{PNG, JPEG, TIFF} {
			r.Profile = p
			var b bytes.Buffer
			if err := r.Encode(&b, f); err != nil {
				t.Fatal(err)
			}
			got, err := Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil {
				t.Fatal(err)
			}
			if p := got.Profile(bytes.NewReader(b.Bytes()), int64(b.Len())); p != nil {
				t.Errorf("%s, %s: a profile of %d bytes", name, f, len(p))
			}
		}
	}
	for name, body := range map[string][]byte{"no name": []byte("x"), "not packed": []byte("x\x00\x00hello"), "method": []byte("x\x00\x01")} {
		file := withChunk(encodePNG(rasterOf(4, 4, 3, false).Image()), "iCCP", body, false)
		h := Header{Format: PNG}
		if p := h.Profile(bytes.NewReader(file), int64(len(file))); p != nil {
			t.Errorf("%s: a profile of %d bytes", name, len(p))
		}
	}
}
