package cli

import (
	"errors"
	"regexp"

	"github.com/spf13/pflag"
)

// decimal refuses numbers with leading zeros, which the flag package reads as
// octal ones; as in configurations, 0o30 and 0x18 say what they are.
type decimal struct{ pflag.Value }

var leadingZero = regexp.MustCompile(`^[-+]?0[0-9_]`)

// Set implements pflag.Value.
func (d decimal) Set(text string) error {
	if leadingZero.MatchString(text) {
		return errors.New("leading zeros mean octal to some programs, leave them out")
	}
	return d.Value.Set(text)
}
