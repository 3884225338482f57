package weights

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

var safetensorsTypes = map[safetensors.DType]DType{
	safetensors.F64: Float64, safetensors.F32: Float32, safetensors.F16: Float16, safetensors.BF16: BFloat16,
	safetensors.I64: Int64, safetensors.I32: Int32, safetensors.I16: Int16, safetensors.I8: Int8,
	safetensors.U8: Uint8, safetensors.BOOL: Bool,
}

// ReadSafetensors reads a .safetensors file of the given size: its arrays
// in the order of their names, and its metadata. Offsets must cover the
// data without gap or overlap.
func ReadSafetensors(r io.ReaderAt, size int64) ([]Array, map[string]string, error) {
	if _, _, err := readHeader(r, size); err != nil {
		return nil, nil, err
	}
	b := make([]byte, size)
	if n, err := r.ReadAt(b, 0); int64(n) != size {
		return nil, nil, fmt.Errorf("the file is truncated: %w", err)
	}
	st, err := safetensors.Deserialize(b)
	if err != nil {
		return nil, nil, fmt.Errorf("not a valid safetensors file: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	_, meta, err := safetensors.ReadMetadata(b)
	if err != nil {
		return nil, nil, fmt.Errorf("not a valid safetensors file: %s", foreign.Line(err.Error(), foreign.Limit))
	}
	views := st.Tensors()
	arrays := make([]Array, len(views))
	for i, v := range views {
		dtype, ok := safetensorsTypes[v.TensorView.DType()]
		if !ok {
			return nil, nil, Unread{Name: v.Name, Type: v.TensorView.DType().String()}
		}
		a := Array{Name: v.Name, DType: dtype, raw: v.TensorView.Data()}
		for _, d := range v.TensorView.Shape() {
			a.Shape = append(a.Shape, int(d))
		}
		if n, err := elements(a.Shape); err != nil || n*dtype.Size() != len(a.raw) {
			return nil, nil, fmt.Errorf("tensor %s: shape %v does not fit its %d bytes", foreign.Name(v.Name), a.Shape, len(a.raw))
		}
		arrays[i] = a
	}
	slices.SortFunc(arrays, func(a, b Array) int { return strings.Compare(a.Name, b.Name) })
	return arrays, meta.Metadata(), checkNames(arrays)
}

// WriteSafetensors writes float16, float32, float64 and int64 arrays with the given metadata
// (which may be nil). The format orders arrays by alignment, then name; equal
// arrays give equal bytes.
func WriteSafetensors(w io.Writer, arrays []Array, metadata map[string]string) error {
	if err := checkNames(arrays); err != nil {
		return err
	}
	views := make(map[string]safetensorsView, len(arrays))
	for _, a := range arrays {
		v := safetensorsView{array: a}
		switch a.DType {
		case Float16:
			v.dtype = safetensors.F16
		case Float32:
			v.dtype = safetensors.F32
		case Float64:
			v.dtype = safetensors.F64
		case Int64:
			v.dtype = safetensors.I64
		default:
			return fmt.Errorf("%s: element type %s is not written to safetensors", foreign.Name(a.Name), a.DType)
		}
		if a.Name == metadataKey {
			return configs.Usagef("%s cannot be the name of an array", metadataKey)
		}
		views[a.Name] = v
	}
	return safetensors.SerializeToWriter(views, metadata, w)
}

// safetensorsView adapts an array; the package's own view knows no scalars.
type safetensorsView struct {
	array Array
	dtype safetensors.DType
}

var _ safetensors.View = safetensorsView{}

// DType implements safetensors.View.
func (v safetensorsView) DType() safetensors.DType { return v.dtype }

// Shape implements safetensors.View.
func (v safetensorsView) Shape() []uint64 {
	shape := make([]uint64, len(v.array.Shape))
	for i, d := range v.array.Shape {
		shape[i] = uint64(d)
	}
	return shape
}

// Data implements safetensors.View.
func (v safetensorsView) Data() []byte { return v.array.bytes() }

// DataLen implements safetensors.View.
func (v safetensorsView) DataLen() uint64 { return uint64(v.array.Len() * v.array.DType.Size()) }
