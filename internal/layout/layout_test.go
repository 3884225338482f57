// Package layout holds the module's source to what its documents promise: the
// order of packages, signatures that callers can use, files that can be read at
// one sitting.
package layout

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/condmean/condmean/"
)

// A source is a file of Go that is no test, for whatever platform it is.
type source struct {
	name      string // below the module, with slashes
	text      []byte
	syntax    *ast.File
	generated bool
}

// folder returns the package's folder below the module.
func (s source) folder() string { return path.Dir(s.name) }

// imports returns the folders of the module's packages that the file imports, by
// the names that they have in it.
func (s source) imports(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{}
	for _, i := range s.syntax.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := strings.CutPrefix(p, module); ok {
			name := path.Base(p)
			if i.Name != nil {
				name = i.Name.Name
			}
			list[name] = p
		}
	}
	return list
}

// sources parses the module. Folders that the go command passes over are none of
// it: testdata, and what begins with _ or a dot.
func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && name != root {
			_, own := os.Stat(filepath.Join(name, "go.mod"))
			if base == "testdata" || base[0] == '_' || base[0] == '.' || !errors.Is(own, fs.ErrNotExist) {
				return filepath.SkipDir
			}
		}
		if d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		list = append(list, source{filepath.ToSlash(below), text, f, ast.IsGenerated(f)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 200 {
		t.Fatalf("only %d files", len(list))
	}
	return list
}

// TestFileSize: a file is read at one sitting.
func TestFileSize(t *testing.T) {
	const most = 300
	for _, s := range sources(t) {
		if n := bytes.Count(s.text, []byte("\n")); n > most && !s.generated {
			t.Errorf("%s has %d lines, want at most %d", s.name, n, most)
		}
	}
}

// TestPackageComment: every package says in one place what it is.
func TestPackageComment(t *testing.T) {
	documented := map[string][]string{}
	for _, s := range sources(t) {
		list := documented[s.folder()]
		if s.syntax.Doc != nil {
			list = append(list, s.name)
		}
		documented[s.folder()] = list
	}
	for folder, files := range documented {
		if len(files) != 1 {
			t.Errorf("%s has package comments in %q, want one", folder, files)
		}
	}
}
