// Package limit states how much a file may unpack to. A picture, recording or
// compressed archive of some kilobytes can hold gigabytes; what its header
// announces is compared with the limit before anything is decoded.
package limit

import (
	"fmt"
	"os"
	"strconv"
)

// Variable is the environment variable that sets the limit on decoded values.
const Variable = "CONDMEAN_MAX_VALUES"

// DefaultValues is the limit on decoded values of one file: 268 million, a
// picture of 89 megapixels in RGB, a recording of 1.5 hours at 48 kHz.
const DefaultValues = 1 << 28

// Values returns how many values one file may decode to.
func Values() (int64, error) {
	text := os.Getenv(Variable)
	if text == "" {
		return DefaultValues, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s = %q: want a positive whole number", Variable, text)
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
			return fmt.Errorf("%s: %s are more than the limit of %d decoded values; set %s to allow more", what, product(sizes), most, Variable)
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
