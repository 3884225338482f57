//go:build !amd64 && !arm64

package isa

func native() []string { return nil }
