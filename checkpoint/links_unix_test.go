//go:build unix

package checkpoint

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/condmean/condmean/internal/hostile"
)

// A folder that one received may hold what never ends or blocks its reader in the
// place of any file.
func TestHostileFiles(t *testing.T) {
	for _, name := range []string{manifestFile, weightsFile, emaFile, optimizerFile, normFile, stateFile, latestFile, bestFile} {
		for what, put := range map[string]func(string) error{
			"a link to a device that never ends": func(p string) error { return os.Symlink("/dev/zero", p) },
			"a link to nothing":                  func(p string) error { return os.Symlink("/no/such/file", p) },
			"a link to itself":                   func(p string) error { return os.Symlink(p, p) },
			"a pipe":                             func(p string) error { return syscall.Mkfifo(p, 0o600) },
			"a folder":                           func(p string) error { return os.Mkdir(p, 0o700) },
			"a sparse file of a terabyte": func(p string) error {
				if err := os.WriteFile(p, nil, 0o600); err != nil {
					return err
				}
				return os.Truncate(p, 1<<40)
			},
		} {
			t.Run(name+" is "+what, func(t *testing.T) {
				run := &Run{Dir: filepath.Join(t.TempDir(), "checkpoints")}
				dir, err := run.Save(sample(1))
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, name)
				pointer := name == latestFile || name == bestFile
				if pointer {
					path = filepath.Join(run.Dir, name)
				}
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
				if err := put(path); err != nil {
					t.Skip(err) // no such kind of file here
				}
				must := !pointer || what != "a link to nothing" // as if there were no pointer
				hostile.Withstands(t, must, func() error {
					if pointer {
						_, err := run.resolve(name)
						return err
					}
					_, err := Read(dir)
					return err
				})
			})
		}
	}
}
