//go:build !amd64

package gemm

// tiers lists the tiers of this machine, fastest first.
func tiers() []*tier { return []*tier{generic} }
