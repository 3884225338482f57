package eval

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/condmean/condmean/data"
)

func TestDataChanged(t *testing.T) {
	set := &data.Set{Name: "photos", Fingerprint: data.Fingerprint{Train: 8, Val: 1, Test: 1, Shape: []int{1, 4}, Hash: "ab"}}
	for kept, want := range map[string]string{
		`{"train":8,"val":1,"test":1,"shape":[1,4],"hash":"ab"}`: "",
		`{"train":8,"val":1,"test":1,"shape":[1,4],"hash":"ac"}`: "contents",
		`{"train":9,"val":1,"test":1,"shape":[1,4],"hash":"ab"}`: "9, 1 and 1 samples and have 8, 1 and 1 now",
	} {
		was, known, err := data.FingerprintFrom(json.RawMessage(kept))
		got := dataChanged(set, was)
		if err != nil || !known || (got == "") != (want == "") || !strings.Contains(got, want) || want != "" && !strings.Contains(got, "photos") {
			t.Errorf("%s: warning %q, %v; want %q", kept, got, err, want)
		}
	}
}
