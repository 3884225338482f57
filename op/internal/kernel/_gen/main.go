// Command _gen writes the assembly of package kernel. Run it by go generate in
// the folder above; users of the module never need it.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64")
	for _, v := range all {
		v.tiles()
		v.weightTiles()
		v.affineSiLU()
		v.siluGrad()
		v.linearTerm()
		v.moments()
		v.sum()
		v.transpose()
		v.winograd()
		v.signals()
		v.adam()
		v.rows()
		v.norms()
	}
	prefetch()
	Generate()
}
