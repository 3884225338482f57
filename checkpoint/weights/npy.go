package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The .npy format (NEP 1): magic, version, header length, a Python dict
// literal with descr, fortran_order and shape, then the elements. It is read
// here and not by npyio, which writes no shape beyond two dimensions and
// trusts the header's lengths.

const npyMagic = "\x93NUMPY"

var (
	npyDescr   = regexp.MustCompile(`'descr'\s*:\s*('[^']*'|"[^"]*"|\[)`)
	npyFortran = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	npyShape   = regexp.MustCompile(`'shape'\s*:\s*\(([0-9L,\s]*)\)`)
)

var npyTypes = map[string]DType{
	"<f8": Float64, "<f4": Float32, "<f2": Float16,
	"<i8": Int64, "<i4": Int32, "<i2": Int16,
	"|i1": Int8, "|u1": Uint8, "|b1": Bool,
	"<i1": Int8, "<u1": Uint8, "<b1": Bool,
}

// parseNPY reads an .npy file held in b. The result shares memory with b
// unless the elements are in Fortran order.
func parseNPY(b []byte) (Array, error) {
	if !bytes.HasPrefix(b, []byte(npyMagic)) || len(b) < 10 {
		return Array{}, fmt.Errorf("not an .npy array")
	}
	var header, data []byte
	var n, at int
	switch major := b[6]; major {
	case 1:
		n, at = int(binary.LittleEndian.Uint16(b[8:])), 10
	case 2, 3:
		if len(b) < 12 {
			return Array{}, fmt.Errorf("truncated .npy header")
		}
		n, at = int(binary.LittleEndian.Uint32(b[8:])), 12
	default:
		return Array{}, fmt.Errorf(".npy version %d is not known", major)
	}
	if n > len(b)-at {
		return Array{}, fmt.Errorf("truncated .npy header")
	}
	header, data = b[at:at+n], b[at+n:]

	a, fortran, err := parseNPYHeader(header)
	if err != nil {
		return Array{}, err
	}
	count, err := elements(a.Shape)
	if err != nil {
		return Array{}, err
	}
	if want := count * a.DType.Size(); len(data) != want {
		return Array{}, fmt.Errorf("%s of shape %v needs %d bytes, the file has %d",
			a.DType, a.Shape, want, len(data))
	}
	a.raw = data
	if fortran && len(a.Shape) > 1 {
		a.raw = rowMajor(data, a.Shape, a.DType.Size())
	}
	return a, nil
}

func parseNPYHeader(header []byte) (a Array, fortran bool, err error) {
	descr := npyDescr.FindSubmatch(header)
	order := npyFortran.FindSubmatch(header)
	shape := npyShape.FindSubmatch(header)
	if descr == nil || order == nil || shape == nil {
		return Array{}, false, fmt.Errorf("malformed .npy header")
	}
	typ := strings.Trim(string(descr[1]), `'"`)
	switch d, ok := npyTypes[typ]; {
	case ok:
		a.DType = d
	case typ == "[":
		return Array{}, false, fmt.Errorf("structured arrays are not supported")
	case strings.HasSuffix(typ, "O"):
		return Array{}, false, fmt.Errorf("holds Python objects, which are never loaded; save it with a numeric dtype")
	default:
		return Array{}, false, fmt.Errorf("element type %q is not supported; save it as float32", typ)
	}
	for _, f := range strings.Split(string(shape[1]), ",") {
		f = strings.TrimSuffix(strings.TrimSpace(f), "L") // Python 2 wrote 3L
		if f == "" {
			continue
		}
		d, err := strconv.Atoi(f)
		if err != nil {
			return Array{}, false, fmt.Errorf("shape (%s) in the .npy header: %w", shape[1], err)
		}
		a.Shape = append(a.Shape, d)
	}
	return a, string(order[1]) == "True", nil
}

// appendNPY appends a as an .npy file of version 1, as NumPy writes it: the
// header is padded so that the elements start at a multiple of 64 bytes.
func appendNPY(b []byte, a Array) ([]byte, error) {
	var descr string
	switch a.DType {
	case Float32:
		descr = "<f4"
	case Float64:
		descr = "<f8"
	case Int64:
		descr = "<i8"
	default:
		return nil, fmt.Errorf("%s: element type %s is not written to .npy", a.Name, a.DType)
	}
	shape := make([]string, len(a.Shape))
	for i, d := range a.Shape {
		shape[i] = strconv.Itoa(d)
	}
	tuple := strings.Join(shape, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	const prefix = len(npyMagic) + 2 + 2
	pad := (64 - (prefix+len(header)+1)%64) % 64
	header += strings.Repeat(" ", pad) + "\n"
	if len(header) > 0xffff {
		return nil, fmt.Errorf("%s: %d dimensions are too many", a.Name, len(a.Shape))
	}
	b = append(b, npyMagic+"\x01\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	b = append(b, header...)
	return append(b, a.bytes()...), nil
}
