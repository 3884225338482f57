package layout

import (
	"bytes"
	"go/build/constraint"
	"testing"
)

// TestNoCgo: what is built without tags needs no C compiler.
func TestNoCgo(t *testing.T) {
	tagged := 0
	for _, s := range sources(t) {
		for _, i := range s.syntax.Imports {
			if i.Path.Value != `"C"` {
				continue
			}
			if !needsTag(s.text) {
				t.Errorf("%s imports C without a build tag of its own", s.name)
			}
			tagged++
		}
	}
	t.Logf("%d files with cgo, all behind tags", tagged)
}

// needsTag tells whether a file is left out wherever only the system's own tags hold.
func needsTag(text []byte) bool {
	for line := range bytes.Lines(text) {
		if !constraint.IsGoBuild(string(line)) {
			continue
		}
		e, err := constraint.Parse(string(line))
		return err == nil && !e.Eval(func(tag string) bool { return tag != "mpi" && tag != "xla" })
	}
	return false
}
