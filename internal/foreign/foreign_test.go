package foreign

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"":                 `""`,
		"conv.weight":      `"conv.weight"`,
		"a\nb":             `"a\nb"`,
		"\x1b[2J\x1b[31mx": `"\x1b[2J\x1b[31mx"`,
		"größe":            `"größe"`,
		"\xff\xfe":         `"\xff\xfe"`,
		"a\u202eb":         `"a\u202eb"`, // right-to-left override
	} {
		if got := Quote(text); got != want {
			t.Errorf("Quote(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"downs.0.block/1.weight": "downs.0.block/1.weight",
		"a b":                    `"a b"`,
		"":                       `""`,
		"x\ny":                   `"x\ny"`,
	} {
		if got := Name(name); got != want {
			t.Errorf("Name(%q) = %s, want %s", name, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	for message, want := range map[string]string{
		`key "a\b" of größe`: `key "a\b" of größe`,
		"a\r\n\tb\x1b[0m":    `a\r\n\tb\x1b[0m`,
		"x\u009bK":           `x\u009bK`,
	} {
		if got := Line(message, 100); got != want {
			t.Errorf("Line(%q) = %s, want %s", message, got, want)
		}
	}
	for message, want := range map[string]string{
		"open " + strings.Repeat("x", 99) + ": too long": "open xxxxxxxxxxxx…: too long",
		strings.Repeat("ß", 20):                          "ßßßßßßßß…ßßßßß",
		strings.Repeat("\x00", 20) + "end":               `\x00\x00\x00\x00\…x00\x00end`,
		"a message of 30 bytes ends here":                "a message of 30 b… ends here",
		"a message of 30 bytes and fits":                 "a message of 30 bytes and fits",
		"bytes that grow \x1b\x1b\x1b\x1b":               `bytes that grow \…1b\x1b\x1b`,
	} {
		if got := Line(message, 30); len(got) > 30 || got != want {
			t.Errorf("Line(%q) = %s of %d bytes, want %s", message, got, len(got), want)
		}
	}
}

// Whatever comes in, what is shown is short, valid and without control characters.
func FuzzShown(f *testing.F) {
	for _, s := range []string{"a", "\n", strings.Repeat("\x00", 2000), strings.Repeat("ß", 600), "\x1b", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for what, got := range map[string]string{"Quote": Quote(s), "Name": Name(s), "Line": Line(s, Limit), "Names": Names([]string{s, s, s})} {
			if len(got) > Limit+len(ellipsis)+64 && what != "Names" || len(got) > 2*Limit {
				t.Errorf("%s shows %d bytes", what, len(got))
			}
			if !utf8.ValidString(got) {
				t.Errorf("%s: invalid UTF-8", what)
			}
			if strings.ContainsFunc(got, func(r rune) bool { return r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 }) {
				t.Errorf("%s shows control characters: %q", what, got)
			}
		}
	})
}
