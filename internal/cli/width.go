package cli

import (
	"os"

	"golang.org/x/term"
)

// Width returns the columns of the terminal that results go to; 0 where they go
// elsewhere, which has any number.
func (s Streams) Width() int {
	out := s.Out
	if r, ok := out.(results); ok {
		out = r.Writer
	}
	f, ok := out.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}
