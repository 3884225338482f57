package dist

import (
	"os"
	"strconv"
	"strings"
)

// machineCPUs returns how many processors the machine has, of which this process may
// be bound to some; 0 where that is not known.
func machineCPUs() int {
	text, err := os.ReadFile("/sys/devices/system/cpu/online") // as 0-3,8-11
	if err != nil {
		return 0
	}
	n := 0
	for part := range strings.SplitSeq(strings.TrimSpace(string(text)), ",") {
		first, last, several := strings.Cut(part, "-")
		if !several {
			last = first
		}
		lo, err := strconv.Atoi(first)
		if err != nil {
			return 0
		}
		hi, err := strconv.Atoi(last)
		if err != nil {
			return 0
		}
		n += hi - lo + 1
	}
	return n
}
