package kernel

import "golang.org/x/sys/cpu"

// tiers lists the tiers of this machine, fastest first.
func tiers() []*tier {
	var t []*tier
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW {
		t = append(t, avx512)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		t = append(t, avx2)
	}
	return append(t, generic)
}

var avx512 = &tier{
	name:       "avx512",
	tile:       tile512,
	weightTile: weightTile512,
	affineSiLU: func(a affineRows) { callAffineSiLU(a, affineSiLU512) },
	siluGrad:   func(a siluGrad) { callSiLUGrad(a, siluGrad512) },
	linearTerm: func(a linearTerm) { callLinearTerm(a, linearTerm512, addTerm512) },
	moments:    func(mean, m2, x []float32) { callMoments(mean, m2, x, moments512) },
	sum:        func(sum, x []float32) { callSum(sum, x, sum512) },
	winoInput:  func(t winoTransform) { callWino(t, 6, winoInput512) },
	winoGrad:   func(t winoTransform) { callWino(t, 4, winoGrad512) },
	winoOutput: func(t winoTransform) { callWinoOutput(t, winoOutput512) },
}

var avx2 = &tier{
	name:       "avx2",
	tile:       tile256,
	weightTile: weightTile256,
	affineSiLU: func(a affineRows) { callAffineSiLU(a, affineSiLU256) },
	siluGrad:   func(a siluGrad) { callSiLUGrad(a, siluGrad256) },
	linearTerm: func(a linearTerm) { callLinearTerm(a, linearTerm256, addTerm256) },
	moments:    func(mean, m2, x []float32) { callMoments(mean, m2, x, moments256) },
	sum:        func(sum, x []float32) { callSum(sum, x, sum256) },
	winoInput:  func(t winoTransform) { callWino(t, 6, winoInput256) },
	winoGrad:   func(t winoTransform) { callWino(t, 4, winoGrad256) },
	winoOutput: func(t winoTransform) { callWinoOutput(t, winoOutput256) },
}
