package cli

import (
	"strings"
	"unicode/utf8"
)

// example lays a line of help out in so many columns: where it is wider, its effect
// goes in front of the command, and this goes on below, before a flag.
func example(line string, width int) string {
	const indent, further = "  ", "      "
	if len(indent)+utf8.RuneCountInString(line) <= width {
		return indent + line + "\n"
	}
	var b strings.Builder
	command, effect, ok := strings.Cut(line, " # ")
	if ok {
		b.WriteString(indent + "# " + effect + "\n")
	}
	start := indent
	rest := strings.TrimRight(command, " ")
	for {
		at := len(rest)
		for len(start)+utf8.RuneCountInString(rest[:at])+len(" \\") > width {
			flag := strings.LastIndex(rest[:at], " --")
			if flag <= 0 {
				break
			}
			at = flag
		}
		if at == len(rest) || len(start)+utf8.RuneCountInString(rest) <= width {
			b.WriteString(start + rest + "\n")
			return b.String()
		}
		b.WriteString(start + rest[:at] + " \\\n")
		start, rest = further, strings.TrimLeft(rest[at:], " ")
	}
}

// Wrap breaks a text between words into lines of so many columns.
func Wrap(text string, width int) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
