package hlo

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
)

// Array is a constant of the given values, bit for bit.
func (m *Module) Array(values []float32, shape ...int) Value {
	if count(shape) != len(values) {
		panic(fmt.Sprintf("hlo: %d values for shape %v", len(values), shape))
	}
	same := len(values) > 0
	raw := make([]byte, 0, 4*len(values))
	for _, f := range values {
		same = same && math.Float32bits(f) == math.Float32bits(values[0])
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
	}
	text := fmt.Sprintf("\"0x%s\"", strings.ToUpper(hex.EncodeToString(raw)))
	if same {
		text = bits(F32, float64(values[0]))
	}
	return m.op("constant", fmt.Sprintf("value = dense<%s> : %s", text, typeOf(shape, F32)), "", F32, shape)
}

// Scalar is a number of a type.
func (m *Module) Scalar(e Elem, f float64) Value {
	return m.op("constant", fmt.Sprintf("value = dense<%s> : %s", bits(e, f), typeOf(nil, e)), "", e, nil)
}

// bits is a number as MLIR writes it, exactly.
func bits(e Elem, f float64) string {
	switch e {
	case F32:
		return fmt.Sprintf("0x%08X", math.Float32bits(float32(f)))
	case F64:
		return fmt.Sprintf("0x%016X", math.Float64bits(f))
	case I32:
		return fmt.Sprint(int32(f))
	case Bool:
		return fmt.Sprint(f != 0)
	}
	panic("hlo: no constants of type " + string(e))
}

// Num is a number in each place of an array of the type and shape of like.
func (m *Module) Num(f float64, like Value) Value { return m.Full(like.Elem, f, like.Shape...) }

// Full is a number in each place of an array.
func (m *Module) Full(e Elem, f float64, shape ...int) Value {
	return m.op("constant", fmt.Sprintf("value = dense<%s> : %s", bits(e, f), typeOf(shape, e)), "", e, shape)
}

// Iota counts along an axis.
func (m *Module) Iota(e Elem, axis int, shape ...int) Value {
	return m.op("iota", fmt.Sprintf("iota_dimension = %d : i64", axis), "", e, shape)
}
