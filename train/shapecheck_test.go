package train

import (
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

// TestCheckShape: sizes that a network does not take are refused with those that it
// does.
func TestCheckShape(t *testing.T) {
	c := configs.Default() // four levels: multiples of 8
	for _, shape := range [][]int{{1, 32, 32}, {3, 40, 64}, {2, 64}} {
		if err := checkShape(c, shape); err != nil {
			t.Errorf("%v: %v", shape, err)
		}
	}
	for want, shape := range map[string][]int{"data.size=32 or 40 would work": {1, 33, 33}, "data.size=8 would work": {3, 3, 3}, "not a multiple of 8": {2, 63}} {
		if err := checkShape(c, shape); err == nil || !configs.IsUsage(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", shape, err, want)
		}
	}
	c.Model.Kind = "mlp" // takes any
	if err := checkShape(c, []int{1, 33, 33}); err != nil {
		t.Error(err)
	}
}
