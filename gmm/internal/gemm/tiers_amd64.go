package gemm

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd _gen && go run . -out ../kernel_amd64.s -stubs ../kernel_amd64.go -pkg gemm"

// tiers lists the tiers of this machine, fastest first.
func tiers() []*tier {
	var ts []*tier
	if cpu.X86.HasAVX512F {
		ts = append(ts, &tier{name: "avx512", mr: 8, nr: 24, kernel: kernelAVX512})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		ts = append(ts, &tier{name: "avx2", mr: 4, nr: 12, kernel: kernelAVX2})
	}
	return append(ts, generic)
}
