// Command arm64 writes the NEON assembly of package kernel, which avo cannot:
// asm_arm64.s and the Go declarations, asm_arm64.go. Run it by go generate two
// folders above.
//
// A block of 16 channels is four vector registers of four floats. The functions
// mirror those of the generator for amd64, with the same parameters, so that the
// same Go code calls both.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("dir", ".", "folder of the files written")
	flag.Parse()
	a := &asm{}
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
	a.winograd()
	a.adam()
	for name, text := range map[string]string{"asm_arm64.s": a.assembly(), "asm_arm64.go": a.declarations("kernel")} {
		if err := os.WriteFile(filepath.Join(*dir, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
