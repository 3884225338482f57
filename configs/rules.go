package configs

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/nearest"
)

// rules collects one message per broken rule, each naming the key, its value
// and what is allowed.
type rules []error

func (r *rules) broken(key string, value any, want string, args ...any) {
	const maxShown = 200
	shown := foreign.Line(fmt.Sprint(value), maxShown)
	if s, ok := value.(string); ok {
		shown = foreign.Quote(s)
	}
	*r = append(*r, fmt.Errorf("%s = %s: %s", key, shown, fmt.Sprintf(want, args...)))
}

// oneOf wants value among the allowed words.
func (r *rules) oneOf(key, value string, allowed ...string) {
	if slices.Contains(allowed, value) {
		return
	}
	r.broken(key, value, "want %s%s", strings.Join(allowed, ", "), nearest.Hint(value, allowed))
}

// count wants low ≤ value ≤ high and reports whether it is so.
func (r *rules) count(key string, value, low, high int) bool {
	ok := low <= value && value <= high
	if !ok {
		r.broken(key, value, "want an integer from %d to %d", low, high)
	}
	return ok
}

// number wants a finite value in the interval, which is written as in
// mathematics: "(0,1]" leaves 0 out and lets 1 in.
func (r *rules) number(key string, value float64, interval string) bool {
	var low, high float64
	if _, err := fmt.Sscanf(interval[1:len(interval)-1], "%g,%g", &low, &high); err != nil {
		panic("configs: interval " + interval + ": " + err.Error())
	}
	ok := !math.IsNaN(value) && !math.IsInf(value, 0) &&
		(value > low || value == low && interval[0] == '[') &&
		(value < high || value == high && interval[len(interval)-1] == ']')
	if !ok {
		r.broken(key, value, "want a number in %s", interval)
	}
	return ok
}

// optional wants null or a number in the interval.
func (r *rules) optional(key string, value *float64, interval string) {
	if value != nil {
		r.number(key, *value, interval)
	}
}

// unique wants a list without repetitions.
func (r *rules) unique(key string, values []string) {
	seen := map[string]bool{}
	for _, v := range values {
		if seen[v] {
			r.broken(key, v, "listed twice")
		}
		seen[v] = true
	}
}
