// Package limit states how much a file may unpack to. A picture, recording or
// compressed archive of some kilobytes can hold gigabytes; what its header
// announces is compared with the limit before anything is decoded.
package limit

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/condmean/condmean/internal/foreign"
)

// Variable is the environment variable that sets the limit on decoded values.
const Variable = "CONDMEAN_MAX_VALUES"

// DefaultValues is the limit on decoded values of one file: 268 million, a
// picture of 89 megapixels in RGB, a recording of 1.5 hours at 48 kHz.
const DefaultValues = 1 << 28

// Error is what the limit refuses, or that it is set to no number: what it refuses is
// not damaged for it.
type Error struct{ text string }

// Error implements error.
func (e *Error) Error() string { return e.text }

// Refused reports whether an error is one of the limit.
func Refused(err error) bool {
	var e *Error
	return errors.As(err, &e)
}

// Values returns how many values one file may decode to.
func Values() (int64, error) {
	text := os.Getenv(Variable)
	if text == "" {
		return DefaultValues, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, &Error{fmt.Sprintf("%s = %s: want a positive whole number", Variable, foreign.Quote(text))}
	}
	return n, nil
}

// Check refuses sizes whose product is above the limit. what says what is being
// counted, such as "pixels and channels". Sizes are not negative.
func Check(what string, sizes ...int64) error {
	most, err := Values()
	if err != nil {
		return err
	}
	total := int64(1)
	for _, n := range sizes {
		if n < 0 {
			return fmt.Errorf("%s: a size of %d", what, n)
		}
		if n == 0 {
			return nil
		}
	}
	for _, n := range sizes {
		if total > most/n {
			return &Error{fmt.Sprintf("%s: %s are more than the limit of %d decoded values; set %s to allow more", what, product(sizes), most, Variable)}
		}
		total *= n
	}
	return nil
}

func product(sizes []int64) string {
	s := ""
	for i, n := range sizes {
		if i > 0 {
			s += "×"
		}
		s += strconv.FormatInt(n, 10)
	}
	return s
}
