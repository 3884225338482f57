package configs

import (
	"slices"
	"strings"
	"testing"
)

// Presets are sorted by name, and the summary of each is a whole sentence.
func TestListPresets(t *testing.T) {
	var names []string
	for _, p := range ListPresets() {
		names = append(names, p.Name)
		if strings.Contains(p.Summary, "Command:") || !strings.HasSuffix(p.Summary, ".") || strings.Count(p.Summary, "`")%2 != 0 {
			t.Errorf("%s: %q is no sentence", p.Name, p.Summary)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
}

func TestParseNoText(t *testing.T) {
	if _, err := Parse("grey.png", []byte("\x89PNG\r\n\x1a\n")); err == nil || !strings.Contains(err.Error(), "settings are a YAML text") {
		t.Error(err)
	}
}
