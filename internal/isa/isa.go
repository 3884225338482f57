// Package isa names the vector instruction sets that kernels are written for,
// and chooses the one in use.
package isa

import (
	"os"
	"slices"

	"github.com/condmean/condmean/configs"
)

// Generic is what every machine has: portable Go.
const Generic = "generic"

// Variable is the environment variable that forces an instruction set.
const Variable = "CONDMEAN_KERNEL"

// Available lists the instruction sets of this machine, fastest first; the last
// one is Generic.
func Available() []string { return append(native(), Generic) }

// Chosen returns the fastest instruction set of this machine, or the one that
// the environment asks for. One that the machine does not have is a usage error.
func Chosen() (string, error) {
	available := Available()
	name := os.Getenv(Variable)
	switch {
	case name == "":
		return available[0], nil
	case slices.Contains(available, name):
		return name, nil
	}
	return "", configs.Usagef("%s=%q: this machine has the kernels %v", Variable, name, available)
}
