// Package foreign shows text that comes from files and other programs: names of
// arrays, keys, header fields. Such text may hold line breaks, escape sequences
// that move a terminal's cursor, or megabytes; shown through this package it is
// one short, harmless, quoted line.
package foreign

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limit is how many bytes of a foreign text are shown at most.
const Limit = 512

const ellipsis = "…"

// Quote returns text as a quoted Go string (%q) of at most Limit bytes, quotes
// and ellipsis included.
func Quote(text string) string {
	q := strconv.Quote(cut(text, Limit))
	if len(q) <= Limit && len(text) <= Limit {
		return q
	}
	// What is shown grows by escapes: take runes as long as they fit.
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range cut(text, Limit) {
		e := strconv.Quote(string(r))
		if e = e[1 : len(e)-1]; b.Len()+len(e)+len(ellipsis)+1 > Limit {
			break
		}
		b.WriteString(e)
	}
	b.WriteString(ellipsis + `"`)
	return b.String()
}

// Name returns a name as it is if it consists of letters, digits and the
// punctuation that names of tensors, arrays and files have, else quoted.
func Name(name string) string {
	if name == "" || len(name) > Limit/4 {
		return Quote(name)
	}
	for _, r := range name {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-/:+", r)
		if !plain {
			return Quote(name)
		}
	}
	return name
}

// Names lists names as Name shows them, at most Limit bytes of them.
func Names(names []string) string {
	var b strings.Builder
	for i, name := range names {
		s := Name(name)
		if i > 0 {
			s = ", " + s
		}
		if b.Len()+len(s) > Limit-32 && i > 0 {
			b.WriteString(" and " + strconv.Itoa(len(names)-i) + " more")
			break
		}
		b.WriteString(s)
	}
	return b.String()
}

// Line returns a message fit for a terminal: control characters in it are
// escaped, and of what is longer than n bytes the middle is left out: the end
// often says what went wrong. It is the last line of defence for messages of
// libraries that quote what they read.
func Line(message string, n int) string {
	if len(message) <= n {
		if s := escape(message); len(s) <= n {
			return s
		}
	}
	end := n / 3
	return cut(escape(cut(message, n)), n-end-len(ellipsis)) + ellipsis + cutFront(escape(cutFront(message, n)), end)
}

func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if e := strconv.QuoteToGraphic(string(r)); r < 0x20 || len(e) > 2 && e[1] == '\\' && r != '"' && r != '\\' {
			b.WriteString(e[1 : len(e)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cut returns the first n bytes of a text, without the half of a rune.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// cutFront returns the last n bytes of a text, without the half of a rune.
func cutFront(text string, n int) string {
	at := max(len(text)-n, 0)
	for at < len(text) && !utf8.RuneStart(text[at]) {
		at++
	}
	return text[at:]
}
