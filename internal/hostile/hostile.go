// Package hostile is for tests of readers on files that someone made to do harm.
package hostile

import (
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// Names would break a message that showed them as they are.
var Names = []string{"a\nb", "\x1b[2J", strings.Repeat("x", 200_000), strings.Repeat("\x00", 100_000), "\xff\xfe", "\u009b31m", strings.Repeat("ü.", 50_000)}

// Withstands checks that read ends soon, takes little memory and, if it refuses
// what it reads, does so on one short line without control characters. must says
// whether it has to refuse.
func Withstands(t testing.TB, must bool, read func() error) {
	t.Helper()
	const (
		longest  = 10 * time.Second
		most     = 512 << 20 // bytes allocated in all
		longLine = 1000
	)
	before, start := allocated(), time.Now()
	err := read()
	if took := time.Since(start); took > longest {
		t.Errorf("took %v", took)
	}
	if got := allocated() - before; got > most {
		t.Errorf("took %d bytes", got)
	}
	if must && err == nil {
		t.Error("is accepted")
	}
	if err == nil {
		return
	}
	s := err.Error()
	if len(s) > longLine || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
		t.Errorf("a message of %d bytes: %.200q", len(s), s)
	}
}

func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
