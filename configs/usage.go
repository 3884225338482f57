package configs

import (
	"errors"
	"fmt"
)

// UsageError marks an error that the user's arguments or configuration caused.
// Commands report it without a trace and exit with code 2. Err may join
// several errors, one a line.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// Usagef returns a [UsageError] with a formatted message; %w wraps.
func Usagef(format string, args ...any) error {
	return &UsageError{Err: fmt.Errorf(format, args...)}
}

// IsUsage reports whether err is, or wraps, a [UsageError].
func IsUsage(err error) bool {
	var u *UsageError
	return errors.As(err, &u)
}

// maxErrors bounds the lines of a message.
const maxErrors = 20

// usage joins errs into one UsageError, or returns nil if there are none.
func usage(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	if len(errs) > maxErrors {
		errs = append(errs[:maxErrors:maxErrors], errors.New("and more"))
	}
	return &UsageError{Err: errors.Join(errs...)}
}
