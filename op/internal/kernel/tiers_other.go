//go:build !amd64 && !arm64

package kernel

var native map[string]*tier
