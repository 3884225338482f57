package sched

import (
	"fmt"
	"slices"
	"strings"
)

// parse reads one of the words that a setting may be; "" is the first.
func parse[T ~string](setting, s string, words ...T) (T, error) {
	if s == "" {
		return words[0], nil
	}
	if slices.Contains(words, T(s)) {
		return T(s), nil
	}
	var list []string
	for _, w := range words {
		list = append(list, string(w))
	}
	last := len(list) - 1
	return "", fmt.Errorf("%s: unknown %q (%s or %s)", setting, s, strings.Join(list[:last], ", "), list[last])
}
