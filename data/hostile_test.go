package data

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/dims"
	"github.com/condmean/condmean/internal/npy"
)

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	if err := errors.Join(err, z.Close()); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func idxHeader(axes ...uint32) []byte {
	b := []byte{0, 0, 8, byte(len(axes))}
	for _, n := range axes {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// npyFile returns an .npy file with the given header text.
func npyFile(header string, data int) []byte {
	b := append([]byte(npy.Magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

func npyText(descr, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, shape)
}

// wavFile returns a WAV file whose format and size of samples are given.
func wavFile(format, channels, bits, block uint16, announced uint32, data []byte) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("RIFF"), uint32(36+len(data)))
	b = le.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = le.AppendUint16(le.AppendUint16(b, format), channels)
	b = le.AppendUint32(le.AppendUint32(b, 8000), 8000*uint32(block))
	b = le.AppendUint16(le.AppendUint16(b, block), bits)
	return append(le.AppendUint32(append(b, "data"...), announced), data...)
}

// pngFile returns a PNG header with the given size, and the data of nothing.
func pngFile(width, height uint32) []byte {
	chunk := func(kind string, body []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		return binary.BigEndian.AppendUint32(append(append(b, kind...), body...), crc(append([]byte(kind), body...)))
	}
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(size, 8, 6, 0, 0, 0)), chunk("IDAT", []byte{1, 2, 3}), chunk("IEND", nil))
}

// readers read the contents of a file of each format.
var readers = map[string]func(path string, c configs.Data) error{
	"idx": func(path string, _ configs.Data) error {
		_, _, err := readIDXFile(path, idxImage)
		return err
	},
	"bin": func(path string, _ configs.Data) error { _, err := openCIFAR(path); return err },
	"npy": openOne((*opener).arrays),
	"npz": openOne((*opener).arrays),
	"wav": openOne(func(o *opener) (files, error) { return o.audio(context.Background()) }),
	"png": openOne(func(o *opener) (files, error) { return o.images(context.Background()) }),
	"jpg": openOne(func(o *opener) (files, error) { return o.images(context.Background()) }),
}

// openOne reads all samples of a data set of one file.
func openOne(open func(*opener) (files, error)) func(string, configs.Data) error {
	return func(path string, c configs.Data) error {
		c.Dir = path
		f, err := open(testOpener(c))
		if err != nil {
			return err
		}
		x := make([]float32, dims.Count(f.train.Shape()))
		for i := range f.train.Len() {
			if err := f.train.Read(x, i); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestHostileFiles(t *testing.T) {
	record := make([]byte, cifarRecord)
	badLabel := slices.Concat(record, []byte{10}, record[1:])
	nan := binary.LittleEndian.AppendUint32(nil, 0x7fc00000)
	mnist, err := os.ReadFile("testdata/mnist/train-images-idx3-ubyte.gz")
	if err != nil {
		t.Fatal(err)
	}
	wrongSum := slices.Clone(mnist)
	wrongSum[len(wrongSum)-6] ^= 1
	photo, err := os.ReadFile("testdata/images/rgb.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file string
		b    []byte
		want string
	}{
		"empty idx":       {"x.idx", nil, "truncated at byte 0"},
		"short idx":       {"x.idx", idxHeader(1, 2), "truncated at byte 12"},
		"idx of floats":   {"x.idx", []byte{0, 0, 13, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "begins with bytes 00 00 0d 03"},
		"idx too large":   {"x.idx", idxHeader(1<<31, 1<<31, 1<<31), "byte 4: axes of lengths [2147483648]"},
		"idx overflow":    {"x.idx", append(idxHeader(2, 1<<31, 1<<32-1), 1, 2, 3), "byte 8: axes of lengths"},
		"idx truncated":   {"x.idx", append(idxHeader(1, 2, 3), 1, 2, 3), "truncated at byte 19 of 22"},
		"idx too long":    {"x.idx", append(idxHeader(1, 1, 1), 1, 2), "goes on after byte 17"},
		"bomb":            {"x.gz", gzipped(append(idxHeader(60000, 28, 28), make([]byte, 100)...)), "byte 4: axes of lengths [60000] hold more values than a file of"},
		"gzip truncated":  {"x.gz", mnist[:len(mnist)/2], "truncated at byte"},
		"gzip checksum":   {"x.gz", wrongSum, "after byte 156816: gzip: invalid checksum"},
		"gzip header":     {"x.gz", []byte{0x1f, 0x8b, 9}, "gzip header"},
		"empty batch":     {"x.bin", nil, "no whole number of records"},
		"batch truncated": {"x.bin", badLabel[:5000], "the last one begins at byte 3073"},
		"batch label":     {"x.bin", badLabel, "byte 3073: label 10 of record 1"},
		"no npy":          {"x.npy", []byte("hello, world"), "not an .npy array"},
		"npy version":     {"x.npy", []byte(npy.Magic + "\x09\x00\x10\x00abcd"), "byte 6: .npy version 9"},
		"npy header":      {"x.npy", []byte(npy.Magic + "\x02\x00\xff\xff\xff\xff"), "byte 8: a header of 4294967295 bytes"},
		"npy text":        {"x.npy", npyFile("{}", 4), "byte 10: malformed"},
		"npy objects":     {"x.npy", npyFile(npyText("|O", "2, 2"), 4), "byte 10: holds Python objects"},
		"npy longdouble":  {"x.npy", npyFile(npyText("<f16", "2, 2"), 64), "element type \"<f16\" is not supported"},
		"npy huge":        {"x.npy", npyFile(npyText("<f4", "4294967296, 4294967296, 16"), 4), "is too large"},
		"npy enormous":    {"x.npy", npyFile(npyText("<f4", "99999999999999999999, 2"), 4), "out of range"},
		"npy negative":    {"x.npy", npyFile(npyText("<f4", "-1, 2"), 4), "malformed"},
		"npy truncated":   {"x.npy", npyFile(npyText("<f4", "2, 2"), 15), "shape [2 2] needs 16 bytes after byte 69, the file has 15"},
		"npy empty":       {"x.npy", npyFile(npyText("<f4", "0, 2"), 0), "its shape is [0 2]"},
		"npy vector":      {"x.npy", npyFile(npyText("<f4", "3,"), 12), "its shape is [3]"},
		"npy rank":        {"x.npy", npyFile(npyText("<f4", "1, 1, 1, 1, 1"), 4), "samples of 4 axes"},
		"npy NaN":         {"x.npy", append(npyFile(npyText("<f4", "3, 1"), 8), nan...), "sample 2 holds NaN at value 0"},
		"npy channels":    {"x.npy", npyFile(npyText("|u1", "1, 8, 8, 3"), 192), "set data.layout to hwc"},
		"no npz":          {"x.npz", []byte("PK\x05\x06"), "not a complete .npz archive"},
		"no wav":          {"x.wav", []byte("RIFFxxxxAIFFfmt "), "not a WAV file"},
		"wav cut":         {"x.wav", wavFile(1, 1, 16, 2, 4, nil)[:30], `byte 12: chunk "fmt " of 16 bytes, 10 are left`},
		"wav no data":     {"x.wav", wavFile(1, 1, 16, 2, 4, nil)[:36], "truncated at byte 36"},
		"wav format":      {"x.wav", wavFile(85, 1, 16, 2, 4, make([]byte, 4)), "byte 20: format 85 with 16 bits is not supported"},
		"wav bits":        {"x.wav", wavFile(1, 1, 12, 2, 4, make([]byte, 4)), "format 1 with 12 bits"},
		"wav channels":    {"x.wav", wavFile(1, 0, 16, 0, 4, make([]byte, 4)), "0 channels"},
		"wav block":       {"x.wav", wavFile(1, 2, 16, 2, 4, make([]byte, 4)), "in blocks of 2 bytes"},
		"wav announced":   {"x.wav", wavFile(1, 1, 16, 2, 1<<30, make([]byte, 4)), "byte 36: 1073741824 bytes of samples are announced, 4 are there"},
		"wav half":        {"x.wav", wavFile(1, 1, 16, 2, 3, make([]byte, 4)), "no whole number of samples"},
		"wav NaN":         {"x.wav", wavFile(3, 1, 32, 4, 8, append(make([]byte, 4), nan...)), "sample 1 of channel 0 holds NaN"},
		"png bomb":        {"x.png", pngFile(1<<30, 1<<30), "in the image header: png: unsupported feature: dimension overflow"},
		"png large":       {"x.png", pngFile(50000, 50000), "50000×50000, which 60 bytes cannot hold"},
		"png zero":        {"x.png", pngFile(0, 5), "image header"},
		"png broken":      {"x.png", pngFile(5, 5), "before byte 60: zlib: invalid header"},
		"no png":          {"x.png", []byte("GIF89a"), "neither a PNG, JPEG, TIFF, PGM nor PPM image"},
		"jpg truncated":   {"x.jpg", photo[:len(photo)-200], fmt.Sprintf("before byte %d: invalid JPEG format", len(photo)-200)},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), c.file)
			if err := os.WriteFile(path, c.b, 0o600); err != nil {
				t.Fatal(err)
			}
			kind := strings.TrimPrefix(filepath.Ext(path), ".")
			if kind == "gz" {
				kind = "idx"
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := readers[kind](path, configs.Default().Data)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v\nwant the file's name and %q", err, c.want)
			} else if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
				t.Errorf("takes %d bytes for a file of %d", took, len(c.b))
			}
		})
	}
}
