package weights

import (
	"encoding/binary"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/npy"
)

// Rounding is what half precision did to the tensor that it changed most.
type Rounding struct {
	Tensor   string
	Relative float64 // ‖ŵ-w‖ / ‖w‖
}

// Half rounds numbers to half precision, to nearest; integers stay what they are.
// Numbers that half precision does not hold are refused by the tensor's name.
func Half(arrays []Array) ([]Array, Rounding, error) {
	var worst Rounding
	halves := make([]Array, len(arrays))
	for i, a := range arrays {
		switch a.DType {
		case Float64, Float32, Float16, BFloat16:
		default:
			halves[i] = a
			continue
		}
		h, r, err := a.half()
		if err != nil {
			return nil, Rounding{}, err
		}
		halves[i] = h
		if r > worst.Relative {
			worst = Rounding{Tensor: a.Name, Relative: r}
		}
	}
	return halves, worst, nil
}

// half rounds an array of real numbers, and tells by how much, relative to its norm.
func (a Array) half() (h Array, relative float64, err error) {
	h = Array{Name: a.Name, Shape: a.Shape, DType: Float16, raw: make([]byte, 0, 2*a.Len())}
	change, norm := 0.0, 0.0
	for i, v := range a.Float64() {
		bits := npy.ToHalf(v)
		d := float64(npy.Half(bits)) - v
		if math.IsInf(d, 0) || math.IsNaN(d) {
			return Array{}, 0, configs.Usagef("tensor %s holds %v, which half precision does not: its largest number is %v (number %d of %d)", foreign.Name(a.Name), v, npy.MaxHalf, i+1, a.Len())
		}
		h.raw = binary.LittleEndian.AppendUint16(h.raw, bits)
		change += d * d
		norm += v * v
	}
	if norm > 0 {
		relative = math.Sqrt(change / norm)
	}
	return h, relative, nil
}
