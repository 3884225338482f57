package checkpoint

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAdaptersRoundTrip(t *testing.T) {
	want := sample(3)
	want.Adapters = sample(4).Weights
	dir := filepath.Join(t.TempDir(), "step-3")
	if err := Write(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Adapters, got.Adapters, sameBits); d != "" {
		t.Errorf("adapters (-want +got):\n%s", d)
	}
}
