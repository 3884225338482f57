package sched

import (
	"strings"
	"testing"

	"github.com/condmean/condmean/configs"
)

func TestParseMethod(t *testing.T) {
	for in, want := range map[string]Method{
		"mean": MethodMean, "resample": MethodResample, "ddim": MethodDDIM, "oneshot": MethodOneShot, "average:8": Average(8),
	} {
		got, err := ParseMethod(in)
		if err != nil || got != want || got.String() != in {
			t.Errorf("ParseMethod(%q) = %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "Mean", "mean:3", "average", "average:", "average:0", "average:-1", "average:+1", "average:08", "average:1e9", "average:99999999999", "cme"} {
		if m, err := ParseMethod(in); err == nil || !strings.Contains(err.Error(), "method") {
			t.Errorf("ParseMethod(%q) = %v, %v", in, m, err)
		}
	}
	for m, ok := range map[int]bool{1: true, configs.MaxAverage: true, configs.MaxAverage + 1: false, 0: false} {
		c := configs.Default()
		c.Eval.Methods = []string{Average(m).String()}
		if _, err := ParseMethod(c.Eval.Methods[0]); err == nil != ok || c.Validate() == nil != ok {
			t.Errorf("average:%d: %v, in a configuration %v, want both to accept: %v", m, err, c.Validate(), ok)
		}
	}
	if MethodMean.Stochastic() || !Average(2).Stochastic() {
		t.Error("Stochastic is wrong")
	}
}

func FuzzParseMethod(f *testing.F) {
	for _, s := range []string{"mean", "average:8", "average:", "ddim:3", "average:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMethod(s)
		if err != nil {
			return
		}
		if m.String() != s {
			t.Errorf("%q was read as %q", s, m)
		}
		if (m.M != 0) != (m.Kind == "average") {
			t.Errorf("%q gives %+v", s, m)
		}
	})
}
