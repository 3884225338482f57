package data

import (
	"archive/zip"
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// fuzzFile feeds contents of files to a reader, which must neither panic nor
// take much more memory than the file's size accounts for, and names the file in
// its errors. grows is how many times its size a file may unpack to.
func fuzzFile(f *testing.F, kind string, grows uint64, c configs.Data) {
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x."+kind)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := readers[kind](path, c)
		runtime.ReadMemStats(&after)
		if took, limit := after.TotalAlloc-before.TotalAlloc, 8<<20+grows*uint64(len(b)); took > limit {
			t.Errorf("takes %d bytes for a file of %d", took, len(b))
		}
		if err != nil && (!strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("error %q does not name the file in one line", err)
		}
	})
}

func addFiles(f *testing.F, names ...string) {
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)/2])
	}
}

func FuzzIDX(f *testing.F) {
	f.Add(append(idxHeader(1, 2, 3), 1, 2, 3, 4, 5, 6))
	f.Add(append(idxHeader(1<<31, 1<<31, 1<<31), 1))
	f.Add(gzipped(append(idxHeader(2, 2, 2), make([]byte, 8)...)))
	f.Add(gzipped(append(idxHeader(2, 2, 1<<30), make([]byte, 8)...)))
	fuzzFile(f, "idx", 4*maxDeflate, configs.Data{})
}

func FuzzCIFAR(f *testing.F) {
	f.Add(make([]byte, cifarRecord))
	f.Add(bytes.Repeat([]byte{11}, 2*cifarRecord))
	f.Add(make([]byte, cifarRecord-1))
	fuzzFile(f, "bin", 8, configs.Data{})
}

func FuzzNPY(f *testing.F) {
	addFiles(f, "npy/l_f4.npy", "npy/hwc_c16.npy", "npy/hw_f2.npy", "npy/chw_big.npy")
	f.Add(npyFile(npyText("<f4", "4294967296, 4294967296, 16"), 4))
	f.Add(npyFile(npyText("|O", "2, 2"), 4))
	f.Add(npyFile(npyText("<x\n4", "2,\n2"), 16))
	fuzzFile(f, "npy", 64, configs.Data{Layout: "auto"})
}

func FuzzNPZ(f *testing.F) {
	addFiles(f, "npy/stored.npz", "npy/deflated.npz")
	f.Add(npz(f, "a\nb.npy", zip.Deflate, []byte("hello")))
	fuzzFile(f, "npz", 8*maxDeflate, configs.Data{Layout: "auto"})
}

func FuzzWAV(f *testing.F) {
	f.Add(wavFile(1, 1, 16, 2, 8, make([]byte, 8)))
	f.Add(wavFile(3, 2, 32, 8, 16, make([]byte, 16)))
	f.Add(wavFile(1, 1, 24, 3, 1<<31, make([]byte, 6)))
	f.Add(wavFile(0xfffe, 65535, 65535, 65535, 0xffffffff, nil))
	f.Add(riff("RIFF", riffChunk("LIST", 3, 1, 2, 3), mono, riffChunk("data", 0, 1, 2, 3)))
	f.Add(riff("RF64", ds64(4), mono, riffChunk("data", 0xffffffff, 1, 2, 3, 4), riffChunk("data", 1, 5)))
	fuzzFile(f, "wav", 4096, configs.Data{Length: 4})
}

func FuzzPNG(f *testing.F) {
	for _, m := range []image.Image{image.NewGray16(image.Rect(0, 0, 3, 2)), image.NewNRGBA(image.Rect(0, 0, 2, 2))} {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		f.Add(slices.Insert(b.Bytes(), 33, pngOrientation(6)...))
	}
	f.Add(pngFile(50000, 50000))
	f.Add(pngFile(1, 1<<31))
	// A pixel takes up to 8 bytes decoded, two or three times that where rows are
	// interlaced, and 18 as values of three channels and two kinds; of bits alone
	// there are eight times as many.
	fuzzFile(f, "png", 64*maxDeflate*4, configs.Data{})
}

func FuzzJPEG(f *testing.F) {
	for _, m := range []image.Image{image.NewGray(image.Rect(0, 0, 8, 8)), image.NewRGBA(image.Rect(0, 0, 9, 3))} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, nil); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	fuzzFile(f, "jpg", 64*maxDeflate, configs.Data{})
}
