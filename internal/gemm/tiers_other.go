//go:build !amd64 && !arm64

package gemm

var (
	native32 map[string]*tier[float32]
	native64 map[string]*tier[float64]
)
