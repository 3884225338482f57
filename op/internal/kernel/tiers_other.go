//go:build !amd64 && !arm64

package kernel

// tiers lists the tiers of this machine, fastest first.
func tiers() []*tier { return []*tier{generic} }
