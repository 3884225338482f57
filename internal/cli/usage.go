package cli

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// flagUsages lists the flags for so many columns: each one's name and value, and what
// it does beside them where they are short, else below.
func flagUsages(flags *pflag.FlagSet, width int) string {
	const column = 24 // where the words begin
	indent := "\n" + strings.Repeat(" ", column)
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, words := flagUsage(f)
		b.WriteString(name)
		if n := utf8.RuneCountInString(name); n+2 <= column {
			b.WriteString(strings.Repeat(" ", column-n))
		} else {
			b.WriteString(indent)
		}
		b.WriteString(strings.ReplaceAll(Wrap(words, width-column), "\n", indent) + "\n")
	})
	return b.String()
}

// flagUsage returns a flag's name with its value, and what it does with its default.
func flagUsage(f *pflag.Flag) (name, words string) {
	name = "      --" + f.Name
	if f.Shorthand != "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	value, words := pflag.UnquoteUsage(f)
	kind := f.Value.Type()
	switch {
	case kind != "bool":
		name += " " + value
	case f.DefValue == "true":
		name += "=false" // the only one that says something
	}
	if !slices.Contains([]string{"", "0", "false", "[]"}, f.DefValue) {
		shown := f.DefValue
		if kind == "string" {
			shown = strconv.Quote(shown)
		}
		words += " (default " + shown + ")"
	}
	return name, words
}
