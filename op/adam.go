package op

import "github.com/condmean/condmean/op/internal/kernel"

// AdamCoefs are the numbers of one step of Adam, all float32: By, L2, Keep, Rest1,
// Beta2, Rest2, Rate, Root2 and Eps, in
//
//	θ ← Keep·θ           x = By·g + L2·θ
//	m ← m + Rest1·(x-m)  v ← Beta2·v + Rest2·x²
//	θ ← θ - Rate·m / (√v/Root2 + Eps)
type AdamCoefs = kernel.AdamCoefs

// Adam moves parameters p with gradients g and moments m and v, all of one
// length, bitwise as [PortableAdam] does. It may be called concurrently.
func (r *Runtime) Adam(p, g, m, v []float32, c AdamCoefs) { r.ws.Adam(p, g, m, v, c) }

// PortableAdam is a step of Adam in plain Go.
func PortableAdam(p, g, m, v []float32, c AdamCoefs) { kernel.AdamGeneric(p, g, m, v, c) }
