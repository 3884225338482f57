package denoiser

import (
	"strings"
	"testing"

	"github.com/condmean/condmean/data"
)

func TestDataWarning(t *testing.T) {
	now := data.Fingerprint{Train: 8, Val: 1, Test: 1, Shape: []int{1, 4}, Hash: "ab"}
	other, grown := now, now
	other.Hash, grown.Train = "ac", 9
	set := &data.Set{Name: "photos", Fingerprint: now}
	for want, was := range map[string]*data.Fingerprint{"": &now, "contents": &other, "9, 1 and 1 samples and have 8, 1 and 1 now": &grown} {
		got := (&Denoiser{print: was}).DataWarning(set)
		if (got == "") != (want == "") || !strings.Contains(got, want) || want != "" && !strings.Contains(got, "photos") {
			t.Errorf("%+v: warning %q; want %q", was, got, want)
		}
	}
	if got := new(Denoiser).DataWarning(set); got != "" {
		t.Errorf("of weights that do not tell their data: %q", got)
	}
}
