// Command arm64 writes the NEON assembly of packages kernel and gemm, which avo
// cannot: asm_arm64.s and the Go declarations, asm_arm64.go. Run it by go
// generate in their folders.
//
// A block of 16 channels is four vector registers of four floats. The functions
// mirror those of the generators for amd64, with the same parameters, so that
// the same Go code calls both.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("dir", ".", "folder of the files written")
	pkg := flag.String("pkg", "kernel", "package of the files: kernel or gemm")
	flag.Parse()
	a := &asm{}
	switch *pkg {
	case "kernel":
		a.kernel()
	case "gemm":
		a.gemm()
	default:
		log.Fatalf("package %s has no functions here", *pkg)
	}
	for name, text := range map[string]string{"asm_arm64.s": a.assembly(), "asm_arm64.go": a.declarations(*pkg)} {
		if err := os.WriteFile(filepath.Join(*dir, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// kernel writes the inner loops of package kernel.
func (a *asm) kernel() {
	for pixels := 1; pixels <= maxPixels; pixels++ {
		a.tile(pixels)
	}
	a.weightTile(1, 4)
	a.weightTile(3, 2)
	a.affineSiLU()
	a.siluGrad()
	a.linearTerm("linearTermNEON", false)
	a.linearTerm("addTermNEON", true)
	a.moments()
	a.sum()
	a.transpose()
	a.prefetch()
	a.winograd()
	a.signals()
	a.adam()
	a.rows()
	a.norms()
}
