package layout

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// row finds a folder in the README's table of packages.
var row = regexp.MustCompile("(?m)^\\| \\[`([a-z/]+)/`\\]\\(([a-z/]+)\\) \\|")

// order returns the place of each folder in the README's table.
func order(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(text), "\n## Layout\n")
	if !ok {
		t.Fatal("the README has no section Layout")
	}
	places := map[string]int{}
	for i, m := range row.FindAllStringSubmatch(table, -1) {
		if m[1] != m[2] {
			t.Errorf("row %s links to %s", m[1], m[2])
		}
		places[m[1]] = i
	}
	if len(places) < 10 {
		t.Fatalf("only %d rows", len(places))
	}
	return places
}

// rowOf returns the row that a folder belongs to: its own, or that of the nearest
// folder around it.
func rowOf(places map[string]int, folder string) (int, bool) {
	for f := folder; f != ""; {
		if i, ok := places[f]; ok {
			return i, true
		}
		at := strings.LastIndexByte(f, '/')
		f = f[:max(at, 0)]
	}
	return 0, false
}

// TestImportOrder: a package imports what the README's table has above it, in
// its own row, or in internal/; and that imports nothing of the table but configs.
func TestImportOrder(t *testing.T) {
	places := order(t)
	seen := map[int]bool{}
	for _, s := range sources(t) {
		tool := strings.HasPrefix(s.folder(), "internal/")
		own, listed := rowOf(places, s.folder())
		if !tool && !listed {
			t.Errorf("%s: the README's table has no row for %s", s.name, s.folder())
			continue
		}
		seen[own] = true
		for _, imported := range s.imports(t) {
			i, listed := rowOf(places, imported)
			switch {
			case strings.HasPrefix(imported, "internal/"):
			case tool && imported != "configs":
				t.Errorf("%s imports %s; internal packages may import each other and configs", s.name, imported)
			case !tool && (!listed || i > own):
				t.Errorf("%s imports %s, which the README's table does not have above it", s.name, imported)
			}
		}
	}
	for folder, i := range places {
		if !seen[i] {
			t.Errorf("the README's table has %s, which holds no package", folder)
		}
	}
}
