package limit

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Setenv(Variable, "1000")
	for _, c := range []struct {
		sizes []int64
		ok    bool
	}{
		{nil, true}, {[]int64{1000}, true}, {[]int64{10, 100}, true}, {[]int64{0, math.MaxInt64, math.MaxInt64}, true},
		{[]int64{1001}, false}, {[]int64{10, 101}, false}, {[]int64{math.MaxInt64, math.MaxInt64}, false}, {[]int64{-1, 2}, false},
	} {
		if err := Check("pixels", c.sizes...); (err == nil) != c.ok {
			t.Errorf("Check(%v) = %v", c.sizes, err)
		}
	}
	err := Check("pixels", 20, 51)
	if !Refused(fmt.Errorf("a file: %w", err)) || Refused(errors.New("a file")) {
		t.Error("a refusal is not told from other errors")
	}
	if err == nil || !strings.Contains(err.Error(), "20×51") || !strings.Contains(err.Error(), Variable) {
		t.Errorf("the message %v names neither the size nor the remedy", err)
	}
}

func TestVariable(t *testing.T) {
	for text, ok := range map[string]bool{"": true, "5": true, "0": false, "-3": false, "1e9": false, "x": false} {
		t.Setenv(Variable, text)
		if _, err := Values(); (err == nil) != ok || Refused(err) == ok {
			t.Errorf("%s=%q: %v", Variable, text, err)
		}
	}
}
