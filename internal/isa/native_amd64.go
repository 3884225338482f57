package isa

import "golang.org/x/sys/cpu"

func native() []string {
	var names []string
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW {
		names = append(names, "avx512")
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		names = append(names, "avx2")
	}
	return names
}
