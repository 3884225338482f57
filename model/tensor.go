package model

// Tensor is a named float32 array in row-major order: a parameter, a running
// statistic or a piece of optimizer state. Names and shapes of parameters are
// those of the torch state dict (convolution weights O,I,kh,kw).
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}
