package op

// Frozen tells inference graphs which weights they run, so that they pack them
// once and not at each run. The zero value says that weights may always have
// changed.
type Frozen struct{ version uint64 }

// Set declares which version of the weights the next runs see; 0 says that
// nobody knows.
func (f *Frozen) Set(version uint64) { f.version = version }

// Version returns what Set declared.
func (f *Frozen) Version() uint64 { return f.version }

// packing remembers which weights a layer has packed.
type packing struct {
	frozen  *Frozen // nil: never frozen
	version uint64
}

// stale reports whether the weights must be packed, and takes it that they will be.
func (p *packing) stale() bool {
	if p.frozen == nil {
		return true
	}
	stale := p.frozen.version == 0 || p.version != p.frozen.version
	p.version = p.frozen.version
	return stale
}
