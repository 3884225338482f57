package isa

// native lists NEON, which is part of the architecture.
func native() []string { return []string{"neon"} }
