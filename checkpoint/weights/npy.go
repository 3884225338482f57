package weights

import (
	"bytes"
	"fmt"

	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/npy"
)

// parseNPY reads an .npy file held in b, which it may reorder. The result shares
// memory with b unless the elements are in Fortran order.
func parseNPY(b []byte) (Array, error) {
	h, err := npy.ReadHeader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return Array{}, err
	}
	a := Array{Shape: h.Shape, DType: DType(h.Element.String()), raw: b[h.Offset:]}
	if _, err := elements(a.Shape); err != nil {
		return Array{}, err
	}
	h.Element.ToLittle(a.raw)
	if h.Fortran && len(a.Shape) > 1 {
		a.raw = npy.RowMajor(a.raw, a.Shape, h.Element.Size)
	}
	return a, nil
}

// appendNPY appends a as an .npy file.
func appendNPY(b []byte, a Array) ([]byte, error) {
	switch a.DType {
	case Float16, Float32, Float64, Int64, Complex64, Complex128:
	default:
		return nil, fmt.Errorf("%s: element type %s is not written to .npy", foreign.Name(a.Name), a.DType)
	}
	b, err := npy.AppendHeader(b, npyElements[a.DType], a.Shape)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", foreign.Name(a.Name), err)
	}
	return append(b, a.bytes()...), nil
}
