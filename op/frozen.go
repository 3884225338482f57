package op

// Frozen tells inference graphs when weights change, so that they pack them
// once and not at each run. The zero value says that they always may have.
type Frozen struct{ generation uint64 }

// Set declares that weights do not change from now on until Clear.
func (f *Frozen) Set() { f.generation = ids.Add(1) }

// Clear declares that weights may change between runs.
func (f *Frozen) Clear() { f.generation = 0 }

// packing remembers which weights a layer has packed.
type packing struct {
	frozen     *Frozen // nil: never frozen
	generation uint64
}

// stale reports whether the weights must be packed, and takes it that they will be.
func (p *packing) stale() bool {
	if p.frozen == nil || p.frozen.generation == 0 {
		p.generation = 0
		return true
	}
	stale := p.generation != p.frozen.generation
	p.generation = p.frozen.generation
	return stale
}
