package atomicfile

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// Rename is os.Rename. A file that somebody reads at the moment, as virus scanners
// do with new ones, cannot be replaced before he closes it, which is soon.
func Rename(from, to string) (err error) {
	const tries = 10 // one second in all
	for try := range tries {
		err = os.Rename(from, to)
		if !errors.Is(err, windows.ERROR_ACCESS_DENIED) && !errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
			return err
		}
		time.Sleep(time.Duration(try+1) * 20 * time.Millisecond)
	}
	return err
}
