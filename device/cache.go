//go:build xla && (linux || darwin)

package device

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/regular"
	"github.com/condmean/condmean/pjrt"
)

// cache keeps compiled modules in a folder of the user's: a compilation takes from
// seconds to minutes. Its files are named after module, plugin, options and the
// machine, and begin with the hash of the rest, so that a damaged one is compiled
// again. They are code; the folder is the user's alone.
type cache struct {
	dir string
	key []byte // of all but the module
}

// maxCached bounds the size of a file that is read, in bytes.
const maxCached = 1 << 30

// newCache returns nil where there is to be no cache.
func newCache(plugin string, c *pjrt.Client, debug pjrt.Options) (*cache, error) {
	dir := os.Getenv(envCache)
	if dir == "off" {
		return nil, nil
	}
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, nil // without a home there is no cache
		}
		dir = filepath.Join(user, "condmean", "xla")
	}
	h := sha256.New()
	f, _, err := regular.Open(plugin)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(h, f)
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(h, "\n%s\n%s\n%s\n%s\n%s\n%s\n", c.Platform, c.Version, c.Kind, debug, os.Getenv("XLA_FLAGS"), processor())
	return &cache{dir: dir, key: h.Sum(nil)}, nil
}

// processor tells processors apart that machine code of one may not run on the
// other.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "flags") || strings.HasPrefix(line, "Features") {
			return runtime.GOARCH + " " + line
		}
	}
	return runtime.GOARCH
}

func (c *cache) name(module []byte) string {
	sum := sha256.Sum256(append(bytes.Clone(c.key), module...))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:]))
}

// get returns the compiled module, or nil.
func (c *cache) get(client *pjrt.Client, module []byte) *pjrt.Executable {
	if c == nil {
		return nil
	}
	file, err := regular.ReadFile(c.name(module), maxCached)
	if err != nil || len(file) < sha256.Size {
		return nil
	}
	code := file[sha256.Size:]
	if sum := sha256.Sum256(code); !bytes.Equal(sum[:], file[:sha256.Size]) {
		return nil
	}
	e, err := client.Load(code)
	if err != nil {
		return nil
	}
	return e
}

// put keeps an executable if the plugin can serialize it. What cannot be kept is
// compiled again the next time.
func (c *cache) put(e *pjrt.Executable, module []byte) {
	if c == nil {
		return
	}
	code, err := e.Serialize()
	if err != nil || len(code)+sha256.Size > maxCached {
		return
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return
	}
	sum := sha256.Sum256(code)
	_ = atomicfile.WriteOwn(c.name(module), append(sum[:], code...)) // likewise
}
