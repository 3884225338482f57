package cli

import (
	"log/slog"
)

// Logger returns the commands' logger: one line a record on s.Err, without the
// time, which progress lines do not have either.
func Logger(s Streams) *slog.Logger {
	return slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}
