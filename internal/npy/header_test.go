package npy

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// What is written is read again, and begins at a multiple of 64 bytes.
func TestHeaderRoundTrip(t *testing.T) {
	for code := range kinds {
		for _, shape := range [][]int{nil, {3}, {2, 3}, {0, 4}, {1, 2, 3, 4}} {
			for _, big := range []bool{false, true} {
				e, err := parseElement("<" + code)
				if err != nil {
					t.Fatal(err)
				}
				e.Big = big && e.Size > 1
				b, err := AppendHeader(nil, e, shape)
				if err != nil || len(b)%64 != 0 {
					t.Fatalf("%s %v: %d bytes, %v", code, shape, len(b), err)
				}
				n := Header{Shape: shape}.Count() * e.Size
				h, err := ReadHeader(bytes.NewReader(b), int64(len(b)+n))
				if err != nil || !slices.Equal(h.Shape, shape) || h.Element != e || h.Fortran || h.Offset != int64(len(b)) {
					t.Errorf("%s %v: %+v, %v", code, shape, h, err)
				}
			}
		}
	}
}

func TestRowMajor(t *testing.T) {
	// Fortran order of (2,3): a[i,j] at i + 2j.
	if got := RowMajor([]byte("aAdDbBeEcCfF"), []int{2, 3}, 2); string(got) != "aAbBcCdDeEfF" {
		t.Errorf("row-major %s", got)
	}
}

// Headers are refused in one line without control characters.
func FuzzReadHeader(f *testing.F) {
	for _, text := range []string{
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
		"{'descr': '>c16', 'fortran_order': True, 'shape': (1,), }",
		"{'descr': 'a\nb', 'fortran_order': True, 'shape': (1\n9999999999999999999999,), }",
	} {
		f.Add(append([]byte(Magic+"\x01\x00"+string(rune(len(text)))+"\x00"), text+"0123456789abcdef"...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ReadHeader(bytes.NewReader(b), int64(len(b)))
		if err != nil && (strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) || len(err.Error()) > 1024) {
			t.Errorf("message %q", err)
		}
		if err == nil && h.Offset+int64(h.Count()*h.Element.Size) != int64(len(b)) {
			t.Errorf("%+v does not fill %d bytes", h, len(b))
		}
	})
}
