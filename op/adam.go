package op

import "github.com/condmean/condmean/op/internal/kernel"

// AdamCoefs are the numbers of one step of Adam.
type AdamCoefs = kernel.AdamCoefs

// Adam moves parameters p with gradients g and moments m and v, all of one
// length, bitwise as [PortableAdam] does. It may be called concurrently.
func (r *Runtime) Adam(p, g, m, v []float32, c AdamCoefs) { r.ws.Adam(p, g, m, v, c) }

// PortableAdam is a step of Adam in plain Go.
func PortableAdam(p, g, m, v []float32, c AdamCoefs) { kernel.AdamGeneric(p, g, m, v, c) }
