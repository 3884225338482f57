package report

import (
	"slices"
	"strings"
)

// styled are the methods and baselines in the order of the charts' styles: each has
// one colour and mark in all figures of all reports. What stands eight places apart
// shares a colour.
var styled = []string{"cme", "lmmse", "ddim", "gmm", "resample", "mean", "oneshot", "ls", "tv", "nlm", "wavelet", "bm3d", "average", "wiener"}

// stylesOf returns the styles of columns. Several of one kind, such as gmm:8 and
// gmm:32, and names that are not known take those behind the list, in their order.
func stylesOf(columns []string) []int {
	styles, next := make([]int, len(columns)), len(styled)
	for k, name := range columns {
		kind, _, _ := strings.Cut(name, ":")
		style := 1 + slices.Index(styled, kind)
		if style == 0 || slices.Contains(styles[:k], style) {
			next++
			style = next
		}
		styles[k] = style
	}
	return styles
}
