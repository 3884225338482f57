package npy

import "github.com/condmean/condmean/internal/dims"

// RowMajor returns the elements of a column-major (Fortran) array of the given
// shape, each size bytes, in row-major order.
func RowMajor(src []byte, shape []int, size int) []byte {
	strides := make([]int, len(shape))
	step := 1
	for i, d := range shape {
		strides[i] = step
		step *= d
	}
	return Gather(src, 0, shape, strides, size)
}

// Gather copies the elements at offset + Σ index·stride, in row-major order of
// the index; offset and strides count elements of size bytes.
func Gather(src []byte, offset int, shape, strides []int, size int) []byte {
	n := dims.Count(shape)
	dst := make([]byte, n*size)
	index := make([]int, len(shape))
	at := offset
	for i := range n {
		copy(dst[i*size:(i+1)*size], src[at*size:])
		for k := len(shape) - 1; k >= 0; k-- {
			index[k]++
			at += strides[k]
			if index[k] < shape[k] {
				break
			}
			at -= strides[k] * shape[k]
			index[k] = 0
		}
	}
	return dst
}
