package sched

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/nearest"
)

// Method names a way to denoise with a predictor.
type Method struct {
	Kind string // mean | resample | average | ddim | oneshot
	M    int    // number of chains of average, else 0
}

// The methods without a parameter; Average(M) is the one with.
var (
	MethodMean     = Method{Kind: "mean"}
	MethodResample = Method{Kind: "resample"}
	MethodDDIM     = Method{Kind: "ddim"}
	MethodOneShot  = Method{Kind: "oneshot"}
)

// Average is the mean of m re-sampled chains.
func Average(m int) Method { return Method{Kind: "average", M: m} }

// ParseMethod reads "mean", "resample", "average:M", "ddim" or "oneshot".
func ParseMethod(s string) (Method, error) {
	kind, arg, hasArg := strings.Cut(s, ":")
	switch kind {
	case "mean", "resample", "ddim", "oneshot":
		if hasArg {
			return Method{}, fmt.Errorf("method %q: %s takes no parameter", s, kind)
		}
		return Method{Kind: kind}, nil
	case "average":
		m, err := strconv.Atoi(arg)
		if err != nil || m < 1 || m > configs.MaxAverage || arg != strconv.Itoa(m) {
			return Method{}, fmt.Errorf("method %q: average needs a number of chains from 1 to %d, as in average:8", s, configs.MaxAverage)
		}
		return Average(m), nil
	}
	return Method{}, fmt.Errorf("method %q: unknown (mean, resample, average:M, ddim or oneshot)%s", s, nearest.Hint(s, configs.Words("eval.methods")))
}

// String is the inverse of ParseMethod.
func (m Method) String() string {
	if m.Kind == "average" {
		return "average:" + strconv.Itoa(m.M)
	}
	return m.Kind
}

// Stochastic tells whether the result depends on a seed.
func (m Method) Stochastic() bool { return m.Kind == "resample" || m.Kind == "average" }

// UnmarshalText and MarshalText let a Method stand in flags and files.
func (m *Method) UnmarshalText(b []byte) (err error) {
	*m, err = ParseMethod(string(b))
	return err
}

func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }
