package report

import (
	"slices"
	"testing"
)

// TestStyles: a method has its style whatever stands beside it, and no two columns
// have the same one.
func TestStyles(t *testing.T) {
	all := stylesOf([]string{"ls", "lmmse", "cme", "mean", "oneshot", "resample"})
	if few := stylesOf([]string{"oneshot", "mean"}); few[0] != all[4] || few[1] != all[3] {
		t.Errorf("oneshot and mean have %v, and %v in another report", few, all)
	}
	columns := []string{"gmm:8", "mean", "gmm:32", "new", "average:4", "average:8", "gmm:128"}
	styles := stylesOf(columns)
	if sorted := slices.Sorted(slices.Values(styles)); len(slices.Compact(sorted)) != len(columns) || sorted[0] < 1 {
		t.Errorf("styles %v", styles)
	}
	if one := stylesOf([]string{"gmm:32"}); one[0] != styles[0] {
		t.Errorf("the only gmm has style %d, the first of several %d", one[0], styles[0])
	}
}
