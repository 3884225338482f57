//go:build xla && (linux || darwin)

package pjrt

import (
	"fmt"
	"os"

	"github.com/ebitengine/purego"
)

// logLevel is the variable that says which lines XLA writes to the terminal: from 0,
// all of them, to 3, those of fatal errors.
const logLevel = "TF_CPP_MIN_LOG_LEVEL"

// quiet leaves XLA's lines about devices, allocators and registers out, unless the
// user has said which to show. A library sees the environment of the C library, not
// Go's copy.
func quiet() error {
	if _, set := os.LookupEnv(logLevel); set {
		return nil
	}
	set, err := purego.Dlsym(purego.RTLD_DEFAULT, "setenv")
	if err != nil {
		return fmt.Errorf("pjrt: the C library has no setenv: %w", err)
	}
	var setenv func(name, value string, overwrite int32) int32
	purego.RegisterFunc(&setenv, set)
	const errorsAlone = "2"
	if setenv(logLevel, errorsAlone, 0) != 0 {
		return fmt.Errorf("pjrt: %s could not be set", logLevel)
	}
	return nil
}
