//go:build !xla

package device

import (
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// A build without plugins says how to get one with them.
func TestOpenWithout(t *testing.T) {
	for _, name := range []string{"xla:plugin.so", "cuda", "cuda:1"} {
		if _, err := Open(name, Options{}); !configs.IsUsage(err) || !strings.Contains(err.Error(), "-tags xla") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
