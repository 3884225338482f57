package layout

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// optional are the exported declarations that name a type of internal/, and why
// a caller outside the module can use them all the same.
var optional = map[string]string{
	"gmm.NewEstimator":    pool,
	"gmm.FitOptions.Pool": pool,
	"gmm.Mixture.Sample":  pool,
	"op.Runtime.Pool":     "hands out what the others take",
	"op.AdamCoefs":        "another name of a struct, by which callers make it",
	"train.NewAdam":       pool,
	"train.NewSGD":        pool,
}

const pool = "nil will do, or the pool of an op.Runtime"

// TestSignatures: what is exported names nothing of internal/, which callers outside
// the module could neither make nor name.
func TestSignatures(t *testing.T) {
	found := map[string]bool{}
	for _, s := range sources(t) {
		if slices.Contains(strings.Split(s.folder(), "/"), "internal") || s.syntax.Name.Name == "main" {
			continue
		}
		hidden := map[string]string{}
		for name, folder := range s.imports(t) {
			if slices.Contains(strings.Split(folder, "/"), "internal") {
				hidden[name] = folder
			}
		}
		for _, d := range s.syntax.Decls {
			for _, e := range exported(d) {
				for _, name := range named(e.types, hidden) {
					key := fmt.Sprintf("%s.%s", s.syntax.Name.Name, e.name)
					if found[key] = true; optional[key] == "" {
						t.Errorf("%s: %s names %s, which callers cannot make", s.name, key, name)
					}
				}
			}
		}
	}
	for key := range optional {
		if !found[key] {
			t.Errorf("%s is excused without need", key)
		}
	}
}

// An export is one exported name and the syntax that its type is written in.
type export struct {
	name  string
	types []ast.Node
}

// exported returns what a declaration exports.
func exported(d ast.Decl) []export {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if !d.Name.IsExported() {
			return nil
		}
		name := d.Name.Name
		if d.Recv != nil {
			of := receiver(d.Recv.List[0].Type)
			if !ast.IsExported(of) {
				return nil
			}
			name = of + "." + name
		}
		return []export{{name, []ast.Node{d.Type}}}
	case *ast.GenDecl:
		var list []export
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() {
					list = append(list, inType(s)...)
				}
			case *ast.ValueSpec:
				if slices.ContainsFunc(s.Names, (*ast.Ident).IsExported) {
					e := export{name: s.Names[0].Name}
					if s.Type != nil {
						e.types = append(e.types, s.Type)
					}
					for _, v := range s.Values {
						e.types = append(e.types, v)
					}
					list = append(list, e)
				}
			}
		}
		return list
	}
	return nil
}

// inType returns the exported fields of a struct, or the type as a whole.
func inType(s *ast.TypeSpec) []export {
	fields, ok := s.Type.(*ast.StructType)
	if !ok {
		return []export{{s.Name.Name, []ast.Node{s.Type}}}
	}
	var list []export
	for _, f := range fields.Fields.List {
		if len(f.Names) == 0 { // embedded: its methods and fields are the struct's
			list = append(list, export{s.Name.Name, []ast.Node{f.Type}})
		}
		for _, n := range f.Names {
			if n.IsExported() {
				list = append(list, export{s.Name.Name + "." + n.Name, []ast.Node{f.Type}})
			}
		}
	}
	return list
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// named returns what the syntax takes from the packages given by name.
func named(in []ast.Node, packages map[string]string) []string {
	var list []string
	for _, n := range in {
		ast.Inspect(n, func(n ast.Node) bool {
			if _, body := n.(*ast.FuncLit); body {
				return false
			}
			if s, ok := n.(*ast.SelectorExpr); ok {
				if p, ok := s.X.(*ast.Ident); ok && packages[p.Name] != "" {
					list = append(list, packages[p.Name]+"."+s.Sel.Name)
				}
			}
			return true
		})
	}
	return list
}
