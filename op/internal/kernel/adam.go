package kernel

import "math"

// AdamCoefs are the numbers of one step of Adam; see [AdamGeneric].
type AdamCoefs struct {
	By    float32 // factor of the gradients
	L2    float32 // weight decay added to them
	Keep  float32 // factor of the parameters: 1 - decoupled weight decay
	Rest1 float32 // 1-β₁
	Beta2 float32
	Rest2 float32 // 1-β₂
	Rate  float32 // learning rate over 1-β₁^k
	Root2 float32 // √(1-β₂^k)
	Eps   float32
}

// Adam moves parameters p with gradients g and moments m and v, all of one
// length. All tiers round alike.
func (w *Workspace) Adam(p, g, m, v []float32, c AdamCoefs) { w.tier.adam(p, g, m, v, c) }

// AdamGeneric is the reference of tier.adam:
//
//	θ ← Keep·θ          x = By·g + L2·θ
//	m ← m + Rest1·(x-m)  v ← Beta2·v + Rest2·x²
//	θ ← θ - Rate·m / (√v/Root2 + Eps)
//
// The conversions keep compilers from fusing multiplications and additions,
// which the assembly does not do either.
func AdamGeneric(p, g, m, v []float32, c AdamCoefs) {
	for k, w := range p {
		w = float32(w * c.Keep)
		x := float32(c.By*g[k]) + float32(c.L2*w)
		mk := m[k] + float32(c.Rest1*(x-m[k]))
		vk := float32(c.Beta2*v[k]) + float32(float32(c.Rest2*x)*x)
		m[k], v[k] = mk, vk
		p[k] = w - float32(c.Rate*mk)/(float32(math.Sqrt(float64(vk)))/c.Root2+c.Eps)
	}
}
