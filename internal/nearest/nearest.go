// Package nearest finds the word that a misspelt one was meant to be.
package nearest

import "strings"

// Hint is what a message says of the word that was meant, "; did you mean mnist?";
// "" if none of the words is near.
func Hint(word string, words []string) string {
	if near := Of(word, words); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// Of returns the nearest of the words, whatever the case: one typo away, or one for
// every four bytes of word. "" if none is; the first of those equally near.
func Of(word string, words []string) string {
	if word == "" {
		return ""
	}
	best, cost := "", 1+max(1, len(word)/4)
	for _, w := range words {
		if max(len(w)-len(word), len(word)-len(w)) >= cost {
			continue // the distance is no less
		}
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < cost {
			best, cost = w, d
		}
	}
	return best
}

// distance is how many bytes have to be put in, left out, replaced or swapped with
// their neighbours to make b of a, none twice.
func distance(a, b string) int {
	var before []int // the row of two bytes less of a
	last, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		if before == nil {
			before = make([]int, len(b)+1)
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
