package configs

import (
	"strings"
	"testing"
)

// Whatever text a file's name is, a run's configuration holds that very name, or
// is refused before anything is done by it.
func TestTextComesBack(t *testing.T) {
	for _, s := range []string{
		"", " ", " a", "a ", "a #b", "#a", "*x", "&x", "!x", "!!int 3", "null", "~", "yes", "123", "0x10", "1e3", "2020-01-01", "- a", "? a", "a: b", ": ", "{a", "[a", "]", "%x", "@x", "`x", "|", ">", "'", `"`, `\`, `\n`,
		"a\nb", "\na", "a\n", "\n", "\n a\n", " a\nb", "a\r", "a\r\nb", "\t", "a\tb", "\x00", "\x1b[2J", "\x7f", "\u0085", "x\u0085y", "\u00a0", "\u2028", "a\u2028b", "\u2029", "\ufeff", "\ufeffa", "\ufffd", "ü", "😀", "\u202ea", "---", "...", "--- a", "<<", "=",
		strings.Repeat("x ", 5000), strings.Repeat("\n", 100),
	} {
		c := Default()
		c.Data.Dir = s
		text, err := Marshal(c)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		if back, err := Parse("config.yaml", text); err != nil || back.Data.Dir != s {
			t.Errorf("%q comes back as %q, %v", s, back.Data.Dir, err)
		}
	}
	for key, set := range map[string]func(*Config){
		`data.dir = "M\xfcller"`:     func(c *Config) { c.Data.Dir = "M\xfcller" },
		`init.from = "\xff"`:         func(c *Config) { c.Init.From = "\xff" },
		`adapt.freeze[1] = "\xff"`:   func(c *Config) { c.Adapt.Freeze = []string{"a", "\xff"} },
		`data.mixture = "a\xc3.npz"`: func(c *Config) { c.Data.Mixture = "a\xc3.npz" },
	} {
		c := Default()
		set(&c)
		if err := c.Validate(); !IsUsage(err) || !strings.Contains(err.Error(), key+": want text in UTF-8") {
			t.Errorf("%s: %v, want a refusal", key, err)
		}
	}
}
